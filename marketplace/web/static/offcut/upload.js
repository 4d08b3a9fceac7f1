// Resumable uploads on native inputs (tus 1.0). Every word shown comes from the page; nothing is sent anywhere else.
(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const words = form.dataset, list = document.getElementById("uploading"), say = document.getElementById("upload-say");
  const CHUNK = 8 * 2 ** 20, AT_ONCE = 2, WINDOW_MS = 60000, SPEAK_MS = 30000;
  const jobs = [], title = document.title;
  let spoken = 0;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const size = (bytes) => {
    const units = words.language === "fr" ? ["o", "ko", "Mo", "Go", "To"] : ["B", "kB", "MB", "GB", "TB"];
    let place = 0;
    while (bytes >= 1000 && place < 4) { bytes /= 1000; place += 1; }
    return `${bytes.toLocaleString(words.language, { maximumFractionDigits: place ? 1 : 0 })}\u202f${units[place]}`;
  };
  const span = (seconds) => {
    if (seconds < 60) return `${Math.max(5, Math.round(seconds / 5) * 5)}\u202fs`;
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? `${minutes}\u202fmin` : `${Math.floor(minutes / 60)}\u202fh ${String(minutes % 60).padStart(2, "0")}`;
  };
  const percent = (job) => (job.file.size ? Math.floor((job.sent * 100) / job.file.size) : 100);
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function request(job, method, url, headers, body) {
    return new Promise((resolve, reject) => {
      const call = new XMLHttpRequest();
      job.call = call;
      call.open(method, url);
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": words.csrf, ...headers };
      Object.entries(all).forEach(([name, value]) => call.setRequestHeader(name, value));
      if (body) call.upload.onprogress = (event) => moved(job, job.offset + event.loaded);
      call.onload = () => resolve(call);
      call.onerror = call.ontimeout = () => reject(new Error("network"));
      call.onabort = () => reject(new Error("stopped"));
      call.send(body || null);
    });
  }

  function moved(job, sent) {
    const now = Date.now();
    job.sent = Math.min(sent, job.file.size);
    job.marks.push([now, job.sent]);
    while (job.marks.length > 2 && now - job.marks[0][0] > WINDOW_MS) job.marks.shift();
    job.bar.value = percent(job);
    const [from, before] = job.marks[0], took = (now - from) / 1000, speed = (job.sent - before) / took;
    const left = took < 3 || speed <= 0 ? words.measuring : fill(words.left, { time: span((job.file.size - job.sent) / speed) });
    const rate = took < 3 || speed <= 0 ? "" : ` · ${size(speed)}/s`;
    job.note.textContent = `${size(job.sent)} / ${size(job.file.size)}${rate} · ${left}`;
    total();
  }

  function total() {
    const all = jobs.reduce((sum, job) => sum + job.file.size, 0), sent = jobs.reduce((sum, job) => sum + job.sent, 0);
    const open = jobs.some((job) => job.state === "going");
    document.title = open && all ? `${Math.floor((sent * 100) / all)}\u202f% · ${title}` : title;
    if (!open || Date.now() - spoken > SPEAK_MS) speak();
  }

  function speak() {
    spoken = Date.now();
    say.textContent = fill(words.summary, { done: jobs.filter((job) => job.state === "done").length, all: jobs.length });
  }

  function row(file) {
    const item = document.createElement("li"), head = document.createElement("div"), name = document.createElement("strong");
    const actions = document.createElement("span"), hold = document.createElement("button"), drop = document.createElement("button");
    const bar = document.createElement("progress"), note = document.createElement("p");
    head.className = "line-head"; actions.className = "row"; note.className = "small num"; bar.max = 100; bar.value = 0;
    name.textContent = file.name; note.textContent = `${size(file.size)} · ${words.waiting}`;
    bar.setAttribute("aria-label", file.name);
    hold.type = drop.type = "button"; hold.className = drop.className = "btn quiet";
    hold.textContent = words.pause; drop.textContent = words.drop;
    hold.setAttribute("aria-label", `${words.pause}: ${file.name}`); drop.setAttribute("aria-label", `${words.drop}: ${file.name}`);
    actions.append(hold, drop); head.append(name, actions); item.append(head, bar, note); list.append(item);
    const job = { file, item, bar, note, hold, drop, actions, sent: 0, offset: 0, marks: [], state: "waiting", tries: 0, url: "" };
    hold.onclick = () => (job.state === "paused" ? resume(job) : halt(job));
    drop.onclick = () => giveUp(job);
    return job;
  }

  function label(job, text) { job.hold.textContent = text; job.hold.setAttribute("aria-label", `${text}: ${job.file.name}`); }
  function halt(job) {
    job.state = "paused"; if (job.call) job.call.abort();
    label(job, words.go); job.note.textContent = fill(words.stopped, { percent: percent(job) }); total(); next();
  }
  function resume(job) { job.state = "waiting"; job.tries = 0; label(job, words.pause); next(); }
  async function giveUp(job) {
    job.state = "dropped"; if (job.call) job.call.abort();
    if (job.url) await request(job, "DELETE", job.url, {}).catch(() => null);
    forget(job); jobs.splice(jobs.indexOf(job), 1); job.item.remove(); total(); next();
  }
  const key = (file) => `offcut:upload:${file.name}:${file.size}:${file.lastModified}`;
  function remember(job) { try { localStorage.setItem(key(job.file), job.url); } catch { /* private mode: the page still works */ } }
  function forget(job) { try { localStorage.removeItem(key(job.file)); } catch { /* as above */ } }
  function known(file) {
    const listed = [...document.querySelectorAll("[data-unfinished]")].find(
      (one) => one.dataset.name === file.name && Number(one.dataset.size) === file.size);
    if (listed) { const url = listed.dataset.unfinished; listed.remove(); return url; }
    try { return localStorage.getItem(key(file)) || ""; } catch { return ""; }
  }

  async function where(job) {
    const answer = await request(job, "HEAD", job.url, {});
    if (answer.status === 200) { job.offset = Number(answer.getResponseHeader("Upload-Offset")); moved(job, job.offset); return true; }
    if (answer.status === 404 || answer.status === 410) { forget(job); job.url = ""; return false; }
    throw new Error("busy");
  }

  async function declare(job) {
    const batch = document.getElementById("batch").value.trim();
    const meta = `filename ${encode(job.file.name)}${batch ? `,batch ${encode(batch)}` : ""}`;
    const answer = await request(job, "POST", words.endpoint, { "Upload-Length": String(job.file.size), "Upload-Metadata": meta });
    if (answer.status >= 500 || answer.status === 429) throw new Error("busy");
    if (answer.status !== 201) throw refusal(answer);
    job.url = answer.getResponseHeader("Location"); job.offset = Number(answer.getResponseHeader("Upload-Offset") || 0); remember(job);
  }

  function refusal(answer) {
    let why = String(answer.status);
    try { const problem = JSON.parse(answer.responseText); why = `${problem.title}. ${problem.detail}`; } catch { /* not JSON */ }
    return Object.assign(new Error("refused"), { why });
  }

  async function send(job) {
    if (!job.url) job.url = known(job.file);
    if (job.url && (await where(job)) && job.offset && job.offset < job.file.size) say.textContent = fill(words.resumed, { percent: percent(job) });
    if (!job.url) await declare(job);
    while (job.offset < job.file.size) {
      const answer = await request(job, "PATCH", job.url, { "Upload-Offset": String(job.offset), "Content-Type": "application/offset+octet-stream" },
        job.file.slice(job.offset, job.offset + CHUNK));
      if (answer.status === 204) { job.offset = Number(answer.getResponseHeader("Upload-Offset")); moved(job, job.offset); job.tries = 0; }
      else if ([409, 423].includes(answer.status) || answer.status >= 500) throw new Error("busy");
      else throw refusal(answer);
    }
  }

  async function go(job) {
    job.state = "going";
    try {
      await send(job);
      job.state = "done"; job.sent = job.file.size; job.bar.remove(); job.actions.remove(); forget(job);
      job.note.textContent = `${size(job.file.size)} · ${words.received}`;
      document.body.dispatchEvent(new CustomEvent("offcut:received", { bubbles: true }));
    } catch (error) {
      if (["paused", "dropped"].includes(job.state)) return;
      if (error.why) { job.state = "refused"; job.hold.remove(); job.note.textContent = fill(words.refused, { why: error.why }); job.note.setAttribute("role", "alert"); }
      else {
        const wait = Math.min(60, 2 ** job.tries); job.tries += 1; job.state = "resting";
        job.note.textContent = fill(words.again, { percent: percent(job), time: span(wait) });
        pause(wait * 1000).then(() => { if (job.state === "resting") { job.state = "waiting"; next(); } });
      }
    }
    total(); next();
  }

  function next() {
    while (jobs.filter((job) => job.state === "going").length < AT_ONCE) {
      const job = jobs.find((one) => one.state === "waiting");
      if (!job) return;
      go(job);
    }
  }
  function add(files) { [...files].forEach((file) => jobs.push(row(file))); speak(); next(); }

  async function dropped(entries) {
    const found = [], walk = async (entry) => {
      if (entry.isFile) { found.push(await new Promise((ok, no) => entry.file(ok, no))); return; }
      const reader = entry.createReader();
      for (let some; (some = await new Promise((ok, no) => reader.readEntries(ok, no))).length;) for (const one of some) await walk(one);
    };
    for (const entry of entries) await walk(entry);
    return found;
  }

  document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
  form.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
  const pick = document.getElementById("files"), folder = document.getElementById("folder"), zone = form.querySelector(".drop");
  pick.multiple = true;
  [pick, folder].forEach((input) => { input.onchange = () => { add(input.files); input.value = ""; }; });
  form.onsubmit = (event) => event.preventDefault();
  zone.ondragover = (event) => { event.preventDefault(); zone.dataset.over = ""; };
  zone.ondragleave = () => delete zone.dataset.over;
  zone.ondrop = async (event) => {
    event.preventDefault(); delete zone.dataset.over;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    add(entries.length ? await dropped(entries) : event.dataTransfer.files);
  };
  window.addEventListener("beforeunload", (event) => { if (jobs.some((job) => job.state === "going")) event.preventDefault(); });
})();
