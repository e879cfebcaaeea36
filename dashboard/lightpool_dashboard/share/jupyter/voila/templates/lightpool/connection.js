// Says when the page has lost its kernel, and lets the kernel go when the page closes.
(() => {
  const NOTE_MS = 2500; // shorter interruptions nobody needs to know of
  const ASK_MS = 5000; // how often a page without a connection asks whether its kernel still lives
  const ENDINGS = {
    // The codes with which our server closes a connection.
    4000: "The server was stopped.",
    4001: "This session was not used for a while and has ended.",
    4002: "The calculation behind this page broke down, perhaps for lack of memory.",
    4003: "This page sent more than the server can take.",
  };
  const LOST = "The connection to the server is lost; trying again ...";
  const GONE = "This session has ended.";

  const base = document.body.dataset.baseUrl.replace(/voila\/$/, "");
  const ownServer = document.body.dataset.lpServer === "own";
  let open = 0;
  let ended = false;
  let timer = 0;

  const banner = document.createElement("div");
  banner.id = "lp-connection";
  banner.setAttribute("role", "alert");
  const text = document.createElement("span");
  const reload = document.createElement("button");
  reload.type = "button";
  reload.textContent = "Reload the page";
  reload.addEventListener("click", () => location.reload());

  const show = (sentence) => {
    text.textContent = sentence;
    banner.replaceChildren(text, reload);
    document.body.append(banner);
  };
  const end = (sentence) => {
    ended = true;
    clearTimeout(timer);
    show(sentence);
  };
  const ask = async (kernel) => {
    if (ended || open > 0) return;
    show(LOST);
    try {
      const answer = await fetch(`${base}api/kernels/${kernel}`, { cache: "no-store" });
      if (answer.status === 404) return end(GONE);
    } catch {
      // No answer at all: the server or the network is down, and may come back.
    }
    timer = setTimeout(ask, ASK_MS, kernel);
  };

  const watch = (socket, kernel) => {
    let mine = false;
    socket.addEventListener("open", () => {
      mine = true;
      open += 1;
      clearTimeout(timer);
      if (!ended) banner.remove();
    });
    socket.addEventListener("close", (event) => {
      if (mine) open -= 1;
      if (ended || open > 0) return;
      clearTimeout(timer);
      if (ENDINGS[event.code]) end(ENDINGS[event.code]);
      else timer = setTimeout(ask, NOTE_MS, kernel);
    });
  };
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url, ...protocols) {
      super(url, ...protocols);
      const kernel = /\/api\/kernels\/([\w-]+)\/channels/.exec(url);
      if (kernel) watch(this, kernel[1]);
    }
  };

  addEventListener("pagehide", () => {
    ended = true; // what closes from now on is no news
    clearTimeout(timer);
    const settings = document.getElementById("jupyter-config-data");
    if (!ownServer || !settings) return; // Voilà's own message does it where it is a guest of Jupyter
    navigator.sendBeacon(`${base}api/kernels/${JSON.parse(settings.textContent).kernelId}/farewell`);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // brought back from the browser's memory, but its kernel has gone
  });

  // Jupyter accepts the message with which Voilà ends the kernel only with the token of a cookie, which
  // nothing on the way to this page need have set. Voilà's list of notebooks does.
  if (!ownServer && !/(^|; )_xsrf=/.test(document.cookie)) {
    addEventListener("load", () => fetch(`${base}voila/tree`).catch(() => {}));
  }
})();
