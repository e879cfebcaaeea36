// Says what the page waits for, and takes the skeleton away once the dashboard has come to rest beneath it.
(() => {
  const REST_MS = 120; // no element added for so long: the widgets have drawn themselves
  const PATIENCE_MS = 2000; // a dashboard that keeps changing is shown after this
  const LINK_MS = 8000; // so long the skeleton waits for the analysis that a link asks for
  const GIVE_UP_MS = 20000; // cells that display something else than a dashboard are shown after this

  const skeleton = document.getElementById("lp-skeleton");
  const note = document.getElementById("lp-skeleton-note");
  let finished = false;
  let seen = false;
  let rest = 0;

  // JupyterLab's widgets read the theme from the body, not from the media query.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const setTheme = () => {
    document.body.classList.toggle("theme-dark", dark.matches);
    document.body.classList.toggle("theme-light", !dark.matches);
    document.body.dataset.jpThemeLight = String(!dark.matches);
    document.body.dataset.jpThemeName = dark.matches ? "JupyterLab Dark" : "JupyterLab Light";
  };
  dark.addEventListener("change", setTheme);
  setTheme();

  const reveal = () => {
    watcher.disconnect();
    skeleton.classList.add("lp-gone");
    setTimeout(() => skeleton.remove(), 200);
  };

  // A warm kernel has drawn its page before this address was known: the page itself hands on what stands
  // after the question mark, through a field that nobody sees, and waits until the dashboard has followed.
  // Of what a Jupyter server reads there, its token is nobody else's business.
  const parts = location.search.slice(1, 8192).split("&");
  const query = parts.filter((part) => !/^token=/.test(part)).join("&");
  let handedOver = false;
  const handOver = () => {
    const field = document.querySelector("#rendered_cells .lp-query input");
    if (handedOver || !field) return;
    handedOver = true;
    field.value = query;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const followed = () =>
    document.querySelector("#rendered_cells .lp-query input[placeholder=taken]") &&
    !document.querySelector("#rendered_cells .lp-status .lp-working");

  const settle = () => {
    clearTimeout(rest);
    if (!document.querySelector("#rendered_cells :is(.lp-dashboard, .lp-failure)")) return;
    if (query) handOver();
    if (!seen) setTimeout(reveal, query ? LINK_MS : PATIENCE_MS);
    seen = true;
    if (!query || followed()) rest = setTimeout(reveal, REST_MS);
  };
  const watcher = new MutationObserver(settle);
  watcher.observe(document.body, { childList: true, subtree: true, attributeFilter: ["placeholder"] });

  // Voilà calls these as the answer of the server arrives.
  window.voila_heartbeat = () => {
    note.textContent = "still starting the kernel ...";
  };
  window.voila_process = () => {
    note.textContent = "reading the data ...";
  };
  window.voila_finish = () => {
    if (finished) return;
    finished = true;
    note.textContent = "drawing ...";
    setTimeout(reveal, GIVE_UP_MS);
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (finished) return;
    skeleton.setAttribute("role", "alert");
    note.textContent = "the kernel could not be started; the log of the server says why. Reload the page to try again.";
  });
})();
