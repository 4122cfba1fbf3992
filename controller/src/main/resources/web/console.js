"use strict";
/* The console: one page over one event stream. Text only ever enters the page as text. */
(() => {
  const byId = (id) => document.getElementById(id);
  const view = { open: null, decisions: null, snapshot: null, filter: "", sort: "id", descending: false, history: new Map(), times: [], counts: [] };

  // ------------------------------------------------------------ small things

  /** An element with attributes and children; strings become text nodes. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const has = (value) => value !== undefined && value !== null;
  const milliseconds = (ms) => (has(ms) ? (ms >= 1000 ? number.format(ms / 1000) + " s" : number.format(ms) + " ms") : "–");
  const bytes = (n) => (n >= 1 << 20 ? number.format(n / (1 << 20)) + " MiB" : whole.format(n / 1024) + " KiB");
  const words = (state) => state.toLowerCase().replaceAll("_", " ");

  function joules(value) {
    if (value >= 1) return number.format(value) + " J";
    if (value >= 1e-3) return number.format(value * 1e3) + " mJ";
    return number.format(value * 1e6) + " µJ";
  }

  const TONES = {
    COMMITTED: "good", SUCCEEDED: "good", DONE: "good", ONLINE: "good",
    FETCHING: "busy", VERIFYING: "busy", PROBING: "busy", WATCHING: "busy", RUNNING: "busy", OFFERED: "busy", SOAKING: "busy",
    PAUSED: "warn", AWAITING_APPROVAL: "warn", QUEUED: "warn", REVERTING: "warn", REVERTED: "warn", ROLLED_BACK: "warn", SCHEDULED: "warn", SHADOWING: "busy",
    FAILED: "bad", HALTED: "bad", SILENT: "bad", ABORTED: "bad", STOPPED: "bad", CANCELLED: "bad", UNREACHED: "bad",
  };
  const tone = (state) => TONES[state] || "idle";
  const pill = (state) => make("span", { class: "pill", "data-tone": tone(state) }, words(state));
  const bar = (fraction, name, label) => make("progress", { max: 1, value: fraction, "data-tone": name, "aria-label": label });

  // ------------------------------------------------------------ devices

  /** One row a device and model; a device without a model has one row too. */
  function rows(snapshot) {
    const all = [];
    for (const device of snapshot.devices) {
      const models = new Map();
      for (const assignment of device.assignments) models.set(assignment.model, { assignment });
      for (const telemetry of device.telemetry) {
        const entry = models.get(telemetry.model) || {};
        const active = entry.assignment && entry.assignment.activeVariant;
        if (!entry.telemetry || telemetry.variant === active) entry.telemetry = telemetry;
        models.set(telemetry.model, entry);
      }
      if (models.size === 0) models.set("", {});
      for (const [model, entry] of models) all.push({ device, model, ...entry });
    }
    return all;
  }

  const KEYS = {
    id: (row) => row.device.id + "\u0000" + row.model,
    class: (row) => row.device.class || "",
    model: (row) => row.model,
    state: (row) => row.device.state + (row.assignment ? row.assignment.state : ""),
    variant: (row) => (row.assignment && row.assignment.activeVariant) || "",
    requests: (row) => (row.telemetry ? row.telemetry.requests : -1),
    p50: (row) => (row.telemetry && has(row.telemetry.p50Ms) ? row.telemetry.p50Ms : -1),
    p95: (row) => (row.telemetry && has(row.telemetry.p95Ms) ? row.telemetry.p95Ms : -1),
    joules: (row) => (row.telemetry && row.telemetry.joulesPerInference ? row.telemetry.joulesPerInference.net : -1),
  };

  function matches(row, text) {
    if (!text) return true;
    const labels = Object.entries(row.device.labels).map(([key, value]) => key + "=" + value).join(" ");
    const hay = [row.device.id, row.device.class, row.device.state, row.model, labels,
      row.assignment && row.assignment.activeVariant, row.assignment && row.assignment.state].join(" ").toLowerCase();
    return text.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
  }

  function deviceRow(row) {
    const { device, assignment, telemetry } = row;
    const online = device.state === "ONLINE";
    const labels = Object.entries(device.labels).map(([key, value]) => key + "=" + value).join(" ");
    const parts = (device.class || "not introduced yet").split("/");
    const state = make("td", null, assignment ? pill(assignment.state) : pill(device.state));
    if (assignment && assignment.state === "FETCHING" && assignment.bytesTotal > 0) {
      state.append(bar(assignment.bytesDone / assignment.bytesTotal, "busy", "fetched"),
        make("div", { class: "sub" }, bytes(assignment.bytesDone) + " of " + bytes(assignment.bytesTotal)));
    }
    if (assignment && assignment.error) {
      state.append(make("div", { class: "error" }, assignment.error.code + ": " + assignment.error.message));
    }
    const variant = make("td", { class: "why" }, assignment && assignment.activeVariant
      ? make("strong", null, assignment.activeVariant) : make("span", { class: "sub" }, "none yet"));
    if (assignment && assignment.why) variant.append(make("div", { class: "sub" }, assignment.why));
    const energy = telemetry && telemetry.joulesPerInference;
    const measured = energy && energy.source !== "estimated";
    return make("tr", { "data-device": device.id },
      make("td", null,
        make("div", { class: "who" }, make("span", { class: "dot", "data-tone": online ? "good" : "idle", title: words(device.state) }),
          make("button", { type: "button", class: "open", "data-open": device.id, "aria-expanded": String(view.open === device.id),
            title: "Why it got what it got" }, device.id),
          make("span", { class: "sr" }, online ? "online" : "offline")),
        labels ? make("div", { class: "sub" }, labels) : null),
      make("td", { class: "klass wrap", title: device.class || "" },
        make("div", null, [parts[0], ...parts.slice(2, 4)].join(" · ")), parts[1] ? make("div", { class: "sub" }, parts[1]) : null),
      make("td", null, row.model || "–"),
      state, variant,
      make("td", { class: "n" }, telemetry ? whole.format(telemetry.requests) : "–",
        telemetry && telemetry.errors > 0 ? make("div", { class: "error" }, whole.format(telemetry.errors) + " errors") : null),
      make("td", { class: "n" }, milliseconds(telemetry && telemetry.p50Ms)),
      make("td", { class: "n" }, milliseconds(telemetry && telemetry.p95Ms)),
      make("td", { class: "n" }, energy ? joules(energy.net) : "–",
        energy ? make("div", null, make("span", { class: "source", "data-measured": String(measured) }, energy.source)) : null));
  }

  // ------------------------------------------------------------ decisions

  const figure = (value, text) => (value ? text(value.value) : "–");

  /** A candidate of a decision: what was predicted, what was measured, why it lost. */
  function candidateRow(candidate) {
    return make("tr", { "data-candidate": candidate.variant },
      make("td", null, candidate.verdict === "CHOSEN" ? make("strong", null, candidate.variant) : candidate.variant),
      make("td", null, make("span", { class: "pill", "data-tone": candidate.verdict === "CHOSEN" ? "good" : "idle" }, words(candidate.verdict))),
      make("td", { class: "n", title: candidate.predictedMs ? milliseconds(candidate.predictedMs.low) + " to " + milliseconds(candidate.predictedMs.high) : null },
        figure(candidate.predictedMs, milliseconds)),
      make("td", { class: "n", title: candidate.measuredMs ? milliseconds(candidate.measuredMs.low) + " to " + milliseconds(candidate.measuredMs.high) : null },
        figure(candidate.measuredMs, milliseconds)),
      make("td", { class: "n" }, figure(candidate.p95Ms, milliseconds)),
      make("td", { class: "n" }, figure(candidate.joules, joules)),
      make("td", { class: "n" }, has(candidate.accuracy) ? (100 * candidate.accuracy).toFixed(2) + " %" : "–"),
      make("td", { class: "n" }, bytes(candidate.sizeBytes)),
      make("td", { class: "why" }, candidate.reason));
  }

  function decisionTable(decision) {
    const heads = ["Candidate", "Verdict", "Predicted", "Measured", "p95", "Energy", "Accuracy", "Size", "Why"];
    return make("div", { class: "decision" },
      make("div", null, make("strong", null, decision.model + " " + decision.version + ": " + (decision.chosen || "nothing fits")), " ",
        make("span", { class: "sub" }, decision.objective + ", chosen by " + decision.who + ", rollout " + decision.rollout + ", " + decision.at)),
      make("div", { class: "sub" }, decision.why),
      make("table", null, make("thead", null, make("tr", null, ...heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", null, ...decision.candidates.map(candidateRow))));
  }

  function decisionRow() {
    const cell = make("td", { colspan: 9 });
    if (view.decisions === null) cell.append(make("span", { class: "sub" }, "asking …"));
    else if (view.decisions.length === 0) cell.append(make("span", { class: "sub" }, "Nothing was chosen for this device yet."));
    else cell.append(...view.decisions.map(decisionTable));
    return make("tr", { class: "decisions", "data-decisions": view.open }, cell);
  }

  /** Opens the decisions about a device below its row, or closes them. */
  async function open(device) {
    view.open = view.open === device ? null : device;
    view.decisions = null;
    show();
    if (view.open === null) return;
    const answer = await fetch("/api/v1/devices/" + encodeURIComponent(device) + "/decisions");
    if (view.open !== device) return;
    view.decisions = answer.ok ? (await answer.json()).items : [];
    show();
  }

  function showDevices(snapshot) {
    const key = KEYS[view.sort];
    const shown = rows(snapshot).filter((row) => matches(row, view.filter));
    shown.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : KEYS.id(a) < KEYS.id(b) ? -1 : 1) * (view.descending ? -1 : 1));
    const body = byId("device-rows");
    if (snapshot.devices.length === 0) return;
    const lines = [];
    for (const row of shown) {
      lines.push(deviceRow(row));
      if (row.device.id === view.open && (lines.length < 2 || !lines.some((line) => line.dataset.decisions === view.open))) lines.push(decisionRow());
    }
    body.replaceChildren(...lines);
    if (shown.length === 0) body.append(make("tr", { class: "empty" }, make("td", { colspan: 9 }, "No device matches the filter.")));
    const cut = snapshot.devicesTotal > snapshot.devices.length ? ", the first " + snapshot.devices.length + " are shown" : "";
    byId("device-note").textContent = whole.format(snapshot.devicesTotal) + " devices, " + whole.format(snapshot.devicesOnline) + " online" + cut;
  }

  // ------------------------------------------------------------ rollouts and jobs

  function waveView(wave) {
    const bad = wave.counts.failed > 0;
    const name = bad ? "bad" : wave.state === "DONE" ? "good" : wave.state === "PENDING" ? "idle" : wave.state === "STOPPED" ? "warn" : "busy";
    const done = wave.counts.committed + " of " + wave.size;
    const failed = bad ? ", " + wave.counts.failed + " failed" : "";
    return make("div", { class: "wave" },
      make("div", { class: "cap" }, make("span", null, "Wave " + (wave.index + 1) + " · " + words(wave.state)), make("span", null, done + failed)),
      bar(wave.progress, name, "wave " + (wave.index + 1) + ", " + done + " committed" + failed));
  }

  function rolloutView(rollout) {
    const title = rollout.model + (rollout.version ? " " + rollout.version : "") + " → " + (rollout.query || "all devices");
    return make("article", { class: "rollout", "data-rollout": rollout.id },
      make("div", { class: "head" }, pill(rollout.state), make("span", { class: "title" }, title),
        make("span", { class: "sub" }, rollout.id), make("span", { class: "reason" }, rollout.reason || "")),
      make("div", { class: "waves" }, ...rollout.waves.map(waveView)));
  }

  function jobView(job) {
    const text = job.model + " " + job.version + ": " + (job.recipes.length ? job.recipes.join(", ") : "usual variants");
    return make("article", { class: "job" }, make("div", null, pill(job.state)),
      make("div", null, make("div", null, text), make("div", { class: "sub" }, job.step || job.id)),
      bar(job.progress, job.state === "RUNNING" ? "busy" : tone(job.state), "progress of " + job.id),
      job.error ? make("div", { class: "error" }, job.error) : null);
  }

  function showLists(snapshot) {
    const order = [...snapshot.rollouts].sort((a, b) => Number(b.live) - Number(a.live));
    if (order.length) byId("rollout-list").replaceChildren(...order.slice(0, 6).map(rolloutView));
    if (snapshot.jobs.length) byId("job-list").replaceChildren(...snapshot.jobs.slice(0, 8).map(jobView));
  }

  // ------------------------------------------------------------ what happened

  const EVENTS = 30;
  const EVENT_TONES = { "rollout.verdict": "bad", "device.shared-id": "bad", "rollout.shadow": "good", "rollout.late": "warn", "rollout.approval": "warn" };
  const KINDS = ["rollout.created", "rollout.choice", "rollout.state", "rollout.wave", "rollout.verdict", "rollout.shadow", "rollout.late",
    "rollout.revert", "rollout.approval", "device.shared-id", "webhook.test"];
  const happened = [];

  function eventView(event) {
    return make("article", { class: "event", "data-event": event.id, "data-kind": event.kind },
      make("time", { datetime: event.at, class: "sub" }, new Date(event.at).toLocaleTimeString()),
      make("span", { class: "pill", "data-tone": EVENT_TONES[event.kind] || "idle" }, event.kind.replace("rollout.", "")),
      make("div", null, make("div", null, event.words), make("div", { class: "sub" }, event.subject + " · " + event.who)));
  }

  function showEvents() {
    if (happened.length) byId("event-list").replaceChildren(...happened.map(eventView));
  }

  function takeEvent(event) {
    if (happened.some((known) => known.sequence === event.sequence)) return;
    happened.unshift(event);
    happened.length = Math.min(happened.length, EVENTS);
  }

  /** The newest, and then each as it happens; a browser takes the stream up again after the last that it saw. */
  async function follow() {
    try {
      const log = await (await fetch("/api/v1/events/log?limit=" + EVENTS)).json();
      log.items.forEach(takeEvent);
    } catch (failure) { /* the stream then brings what happens from now on */ }
    showEvents();
    const after = happened.length ? "?after=" + happened[0].sequence : "";
    const source = new EventSource("/api/v1/events/stream" + after);
    for (const kind of KINDS) source.addEventListener(kind, (message) => { takeEvent(JSON.parse(message.data)); showEvents(); });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3000); };
  }

  // ------------------------------------------------------------ tiles and chart

  /** Requests a second over the last quarter of a minute, from the counts of all devices; null until there are two. */
  function rate(snapshot) {
    const now = Date.parse(snapshot.at) / 1000;
    view.counts.push({ at: now, requests: snapshot.requestsTotal });
    while (view.counts.length > 2 && view.counts[1].at < now - 15) view.counts.shift();
    const first = view.counts[0];
    if (snapshot.requestsTotal < first.requests) view.counts = [];
    return now - first.at >= 3 && snapshot.requestsTotal >= first.requests ? (snapshot.requestsTotal - first.requests) / (now - first.at) : null;
  }

  function tile(id, main, small) {
    byId(id).replaceChildren(main, small ? make("small", null, " " + small) : "");
  }

  function showTiles(snapshot) {
    tile("tile-devices", whole.format(snapshot.devicesOnline), "of " + whole.format(snapshot.devicesTotal));
    const perSecond = rate(snapshot);
    tile("tile-rate", perSecond === null ? "–" : number.format(perSecond));
    let worst = null;
    for (const row of rows(snapshot)) {
      if (row.telemetry && has(row.telemetry.p95Ms) && (!worst || row.telemetry.p95Ms > worst.telemetry.p95Ms)) worst = row;
    }
    tile("tile-p95", worst ? milliseconds(worst.telemetry.p95Ms) : "–", worst ? worst.device.id : "");
    tile("tile-rollouts", String(snapshot.rollouts.filter((rollout) => rollout.live).length));
    tile("tile-jobs", String(snapshot.jobs.filter((job) => job.state === "RUNNING" || job.state === "QUEUED").length));
  }

  const COLOURS = ["#0f8a75", "#c2571a", "#4267c9", "#a23b72", "#7a8b1f", "#8a5cd1", "#c9971b", "#3b8fb3"];
  const LONGEST = 900;
  let chart = null;
  let charted = "";

  function remember(snapshot) {
    const at = Date.parse(snapshot.at) / 1000;
    view.times.push(at);
    const now = new Map();
    for (const row of rows(snapshot)) {
      if (row.telemetry && has(row.telemetry.p95Ms)) now.set(row.device.id + (row.model ? " · " + row.model : ""), row.telemetry.p95Ms);
    }
    for (const name of now.keys()) {
      if (!view.history.has(name) && view.history.size < COLOURS.length) view.history.set(name, new Array(view.times.length - 1).fill(null));
    }
    for (const [name, values] of view.history) values.push(now.has(name) ? now.get(name) : null);
    if (view.times.length > LONGEST) {
      view.times.shift();
      for (const values of view.history.values()) values.shift();
    }
  }

  function showChart(again) {
    const box = byId("chart");
    const names = [...view.history.keys()];
    const data = [view.times, ...view.history.values()];
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--soft").trim();
    const line = style.getPropertyValue("--line").trim();
    if (names.length === 0) {
      if (!box.firstChild) box.append(make("p", { class: "empty" }, "No telemetry yet."));
      return;
    }
    if (chart && charted === names.join("\n") && !again) {
      chart.setData(data);
      return;
    }
    if (chart) chart.destroy();
    box.replaceChildren();
    charted = names.join("\n");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
    chart = new uPlot({
      width: box.clientWidth, height: 220, cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (u, low, high) => [0, Math.max(1, high || 1) * 1.15] } },
      axes: [axis, { ...axis, size: 64, values: (u, ticks) => ticks.map((ms) => milliseconds(ms)) }],
      series: [{ value: (u, at) => (at ? new Date(at * 1000).toLocaleTimeString() : "–") },
        ...names.map((name, i) => ({ label: name, stroke: COLOURS[i], width: 2, spanGaps: true, points: { show: false },
          value: (u, ms) => milliseconds(ms) }))],
    }, data, box);
  }

  // ------------------------------------------------------------ stream, keys, theme

  function show() {
    if (view.snapshot) showDevices(view.snapshot);
  }

  function link(name, text) {
    byId("link").querySelector(".dot").setAttribute("data-tone", name);
    byId("link-text").textContent = text;
  }

  function listen() {
    const source = new EventSource("/api/v1/events");
    source.addEventListener("snapshot", (event) => {
      view.snapshot = JSON.parse(event.data);
      link("good", "live");
      remember(view.snapshot);
      showTiles(view.snapshot);
      showLists(view.snapshot);
      show();
      showChart(false);
    });
    source.onerror = () => {
      link("bad", "controller not reachable, trying again");
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    };
  }

  async function facts() {
    try {
      const info = await (await fetch("/api/v1/info")).json();
      byId("facts").textContent = info.version + " · broker " + info.brokerUrl + (info.brokerEmbedded ? " (embedded)" : "") + (info.coapUrl ? " · " + info.coapUrl : "");
    } catch (failure) {
      byId("facts").textContent = "";
    }
  }

  function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (refused) { /* only remembered where storage is allowed */ }
    showChart(true);
  }

  try {
    const theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch (refused) { /* the system's theme then */ }

  byId("theme").addEventListener("click", switchTheme);
  byId("device-rows").addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button) open(button.dataset.open);
  });
  byId("filter").addEventListener("input", (event) => { view.filter = event.target.value.trim(); show(); });
  document.querySelectorAll("thead button").forEach((button) => button.addEventListener("click", () => {
    view.descending = view.sort === button.dataset.sort ? !view.descending : false;
    view.sort = button.dataset.sort;
    document.querySelectorAll("thead th").forEach((th) => th.removeAttribute("aria-sort"));
    button.parentElement.setAttribute("aria-sort", view.descending ? "descending" : "ascending");
    show();
  }));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) { event.preventDefault(); byId("filter").focus(); }
    if (event.key === "t" && !typing) switchTheme();
    if (event.key === "Escape" && typing) { event.target.value = ""; view.filter = ""; event.target.blur(); show(); }
  });
  addEventListener("resize", () => { if (chart) chart.setSize({ width: byId("chart").clientWidth, height: 220 }); });

  facts();
  listen();
  follow();
})();
