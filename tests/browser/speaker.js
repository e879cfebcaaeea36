// Speaks to a kernel over a socket of its own, in the binary protocol, as no page of ours would: first
// `raw` (texts, or lists of bytes), then `messages` (channel, type and content, the content as text), then
// each of `states` to every control. Ends once the kernel has read it all, or when it is cut off.
(({kernel, raw = [], messages = [], states = []}) => new Promise(done => {
    const base = document.body.dataset.baseUrl.replace(/voila.$/, "");
    const url = `ws://${location.host}${base}api/kernels/${kernel}/channels?session_id=stranger`;
    const socket = new WebSocket(url, ["v1.kernel.websocket.jupyter.org"]);
    const heard = [], asked = {}, encoder = new TextEncoder(), decoder = new TextDecoder();
    let number = Date.now(), controls = 0;  // a kernel takes no message twice
    socket.binaryType = "arraybuffer";

    function packed(channel, type, content) {
        const header = {msg_id: `s${number++}`, msg_type: type, username: "", session: "stranger", version: "5.3"};
        const metadata = '{"version": "1.0.0"}';  // of the conversation about all widgets
        const parts = [channel, JSON.stringify(header), "{}", metadata, content]
            .map(part => encoder.encode(part));
        const offsets = [8 * (parts.length + 2)];
        for (const part of parts) offsets.push(offsets.at(-1) + part.length);
        const bytes = new Uint8Array(offsets.at(-1)), view = new DataView(bytes.buffer);
        [offsets.length, ...offsets].forEach((value, k) => view.setBigUint64(8 * k, BigInt(value), true));
        parts.forEach((part, k) => bytes.set(part, offsets[k]));
        return [header.msg_id, bytes];
    }

    function say(channel, type, content) {
        const [id, bytes] = packed(channel, type, content);
        socket.send(bytes);
        return id;
    }

    function unpacked(buffer) {
        const view = new DataView(buffer), offset = k => Number(view.getBigUint64(8 * (k + 1), true));
        const part = k => decoder.decode(buffer.slice(offset(k), offset(k + 1)));
        const [header, parent] = [JSON.parse(part(1)), JSON.parse(part(2))];
        // NaN, as Python writes it, is no JSON.
        const content = JSON.parse(part(4).replace(/\b(NaN|Infinity)\b/g, "0"));
        return {channel: part(0), msg_type: header.msg_type, parent: parent.msg_id, content};
    }

    const finish = () => { asked.end = say("shell", "comm_info_request", "{}"); };

    socket.onopen = () => {
        for (const message of raw)
            socket.send(typeof message === "string" ? message : new Uint8Array(message));
        for (const message of messages) say(...message);
        if (!states.length) return finish();
        const comm_id = `stranger-${Date.now()}`;
        const open = {comm_id, target_name: "jupyter.widget.control", data: {}};
        say("shell", "comm_open", JSON.stringify(open));
        say("shell", "comm_msg", JSON.stringify({comm_id, data: {method: "request_states"}}));
    };
    socket.onmessage = event => {
        const message = unpacked(event.data);
        heard.push(message);
        if (message.msg_type === "comm_info_reply" && message.parent === asked.end) return socket.close();
        if (message.content.data?.method !== "update_states" || controls) return;
        for (const [comm, {state}] of Object.entries(message.content.data.states)) {
            if (!("value" in state || "index" in state) || !state._model_module.endsWith("controls")) continue;
            if (["HTMLModel", "LabelModel", "HTMLMathModel"].includes(state._model_name)) continue;
            controls += 1;
            for (const value of states)
                say("shell", "comm_msg",
                    `{"comm_id": "${comm}", "data": {"method": "update", "buffer_paths": [], "state": ${value}}}`);
        }
        finish();
    };
    socket.onclose = event => done({code: event.code, controls, heard});
    setTimeout(() => done({code: "no answer", controls, heard}), 60000);
}))
