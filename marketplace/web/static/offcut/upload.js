// The upload card: files, folders and drops become a queue with a row each. Every word comes from the page.
(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const words = form.dataset, sending = window.offcut.sending, at = (id) => document.getElementById(id);
  const list = at("uploading"), say = at("upload-say"), whole = at("upload-whole"), erase = at("upload-erase"), aside = at("upload-aside");
  const AT_ONCE = 3, WINDOW_MS = 60000, SPEAK_MS = 30000, MEASURE_S = 3, MOST_ROWS = 400;
  const VIDEO = new Set(words.video.split(" "));
  const jobs = [], marks = [], title = document.title;
  let spoken = 0, leftOut = 0, asking = Promise.resolve();

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
  const open = (job) => ["waiting", "going", "resting", "paused"].includes(job.state);

  // Bytes per second over the last minute, and in words how long the rest takes.
  function pace(seen, sent, rest) {
    const now = Date.now();
    seen.push([now, sent]);
    while (seen.length > 2 && now - seen[0][0] > WINDOW_MS) seen.shift();
    const took = (now - seen[0][0]) / 1000, speed = (sent - seen[0][1]) / took;
    if (took < MEASURE_S || speed <= 0) return ["", words.measuring];
    return [` · ${size(speed)}/s`, fill(words.left, { time: span(rest / speed) })];
  }

  function moved(job, sent) {
    if (job.state !== "going") return;
    job.sent = Math.min(sent, job.file.size);
    job.bar.value = percent(job);
    const [speed, left] = pace(job.marks, job.sent, job.file.size - job.sent);
    job.note.textContent = `${size(job.sent)} / ${size(job.file.size)}${speed} · ${left}`;
    total();
  }

  function total() {
    const sum = (of) => jobs.reduce((all, job) => all + of(job), 0), all = sum((job) => job.file.size), sent = sum((job) => job.sent);
    const done = jobs.filter((job) => job.state === "done").length, going = jobs.some((job) => ["going", "waiting", "resting"].includes(job.state));
    const share = all ? Math.floor((sent * 100) / all) : 100;
    const [speed, left] = going ? pace(marks, sent, all - sent) : ["", ""];
    const some = jobs.length > 1;
    whole.hidden = !some;
    if (some) {
      whole.querySelector("progress").value = share;
      whole.querySelector("[data-told]").textContent = `${fill(words.summary, { done, all: jobs.length })} ${share}\u202f%${speed}${left ? ` · ${left}` : ""}`;
      at("upload-hold").hidden = !jobs.some((job) => ["waiting", "going", "resting"].includes(job.state));
      at("upload-go").hidden = !jobs.some((job) => job.state === "paused");
    }
    document.title = going && all ? `${share}\u202f% · ${title}` : title;
    if (!going || Date.now() - spoken > SPEAK_MS) speak(done);
  }

  function speak(done) {
    const text = fill(words.summary, { done, all: jobs.length });
    if (say.textContent !== text) { spoken = Date.now(); say.textContent = text; }
  }

  function button(text, file, act) {
    const made = document.createElement("button");
    made.type = "button"; made.className = "btn quiet"; made.onclick = act;
    named(made, text, file);
    return made;
  }
  function named(one, text, file) { one.textContent = text; one.setAttribute("aria-label", `${text}: ${file.name}`); }

  function row(file, batch, folder) {
    const item = document.createElement("li"), head = document.createElement("div"), name = document.createElement("strong");
    const actions = document.createElement("span"), bar = document.createElement("progress"), note = document.createElement("p");
    const job = { file, batch, folder, item, bar, note, actions, calls: new Set(), sent: 0, safe: 0, offset: 0, marks: [], state: "waiting", tries: 0, id: remembered(file) };
    head.className = "line-head"; actions.className = "row"; note.className = "small num"; bar.max = 100; bar.value = 0;
    name.textContent = folder ? `${folder}/${file.name}` : file.name;
    note.textContent = `${size(file.size)} · ${words.waiting}`;
    bar.setAttribute("aria-label", file.name);
    job.hold = button(words.pause, file, () => (job.state === "paused" ? resume(job) : job.state === "resting" ? now(job) : halt(job)));
    job.drop = button(words.drop, file, () => giveUp(job));
    actions.append(job.hold, job.drop); head.append(name, actions); item.append(head, bar, note);
    if (jobs.length < MOST_ROWS) list.append(item);
    return job;
  }

  const store = (file) => `offcut:upload:${file.name}:${file.size}:${file.lastModified}`;
  function remember(job) { try { localStorage.setItem(store(job.file), job.id); } catch { /* private mode: the page still works */ } }
  function forget(job) { try { localStorage.removeItem(store(job.file)); } catch { /* as above */ } }
  function remembered(file) { try { return localStorage.getItem(store(file)) || ""; } catch { return ""; } }

  function tell(job, verb) {
    if (job.id) sending.ask({ calls: new Set() }, verb === "drop" ? "DELETE" : "POST", `/uploads/${job.id}${verb === "drop" ? "" : `/${verb}`}`).catch(() => null);
  }
  // Only what the server confirmed counts once nothing moves.
  function settle(job) { job.sent = job.safe; job.bar.value = percent(job); }
  function halt(job, known) {
    job.state = "paused";
    sending.stop(job);
    settle(job);
    if (!known) tell(job, "pause");
    named(job.hold, words.go, job.file);
    job.note.textContent = fill(words.stopped, { percent: percent(job) });
    total(); next();
  }
  function resume(job) { marks.length = 0; job.state = "waiting"; job.tries = Math.max(1, job.tries); job.marks.length = 0; named(job.hold, words.pause, job.file); next(); }
  function now(job) { clearInterval(job.clock); job.state = "waiting"; named(job.hold, words.pause, job.file); next(); }
  function giveUp(job) {
    job.state = "dropped";
    clearInterval(job.clock); sending.stop(job); tell(job, "drop"); forget(job);
    keepFocus(job, list);
    jobs.splice(jobs.indexOf(job), 1); job.item.remove(); total(); next();
  }

  function wait(job) {
    const until = Date.now() + Math.min(60, 2 ** job.tries) * 1000;
    job.tries += 1; job.state = "resting";
    settle(job);
    named(job.hold, words.now, job.file);
    const tick = () => {
      if (job.state !== "resting") { clearInterval(job.clock); return; }
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) { now(job); return; }
      job.note.textContent = fill(words.again, { percent: percent(job), time: `${left}\u202fs` });
    };
    tick();
    job.clock = setInterval(tick, 1000);
  }

  // Buttons that go away take the keyboard's place with them: it stays with the file, or with the list.
  function keepFocus(job, place) {
    if (!job.actions.contains(document.activeElement)) return;
    place.tabIndex = -1;
    place.focus();
  }

  function ended(job, upload) {
    keepFocus(job, job.item);
    job.state = "done"; job.sent = job.file.size; job.bar.remove(); job.actions.remove(); forget(job);
    job.note.textContent = `${size(job.file.size)} · ${upload.duplicate ? words.here : job.proven ? words.proven : words.received}`;
    document.body.dispatchEvent(new CustomEvent("offcut:received", { bubbles: true }));
    if (job.batchId && !jobs.some((other) => other.batch === job.batch && open(other))) batchTold(job.batchId);
  }

  function failed(job, error) {
    if (["paused", "dropped"].includes(job.state)) return;
    if (error instanceof sending.Stopped) { job.state = "waiting"; return; }
    const problem = error.problem;
    if (problem && problem.code === "upload_paused") { halt(job, true); return; }
    if (error instanceof sending.Refused) {
      keepFocus(job, job.item);
      job.state = "refused"; job.hold.remove(); forget(job);
      job.note.textContent = fill(words.refused, { why: problem ? `${problem.title}. ${problem.detail}` : String(error.status) });
      job.note.setAttribute("role", "alert");
    } else if (error.name === "NotReadableError" || error.name === "NotFoundError") {
      job.state = "refused"; job.hold.remove(); job.note.textContent = words.unreadable; job.note.setAttribute("role", "alert");
    } else wait(job);
  }

  async function go(job) {
    job.state = "going";
    try { ended(job, await sending.send(job)); } catch (error) { failed(job, error); }
    total(); next();
  }

  function next() {
    while (jobs.filter((job) => job.state === "going").length < AT_ONCE) {
      const job = jobs.find((one) => one.state === "waiting" && one.asked);
      if (!job) return;
      if (!job.item.parentNode) list.append(job.item);
      go(job);
    }
  }

  // Whether the card may be erased, once nothing of its batch is on its way from here any more.
  async function batchTold(id) {
    const batch = await sending.ask({ calls: new Set() }, "GET", `/batches/${id}`).catch(() => null);
    if (!batch) return;
    const line = erase.querySelector(`[data-batch="${id}"]`) || document.createElement("p"), link = document.createElement("a");
    line.dataset.batch = id; line.className = "note"; line.dataset.s = batch.safe_to_erase ? "ok" : "warn";
    link.href = `/studio/uploads/${id}`; link.textContent = words.receipt;
    line.replaceChildren(fill(batch.safe_to_erase ? words.erase : words.keep, { name: batch.name, done: batch.received, all: batch.files }), " ", link);
    erase.append(line);
  }

  // Files as [file, path inside a chosen folder or ""]; what lies beside the videos of a folder stays here.
  function add(found) {
    const typed = at("batch").value.trim();
    found.sort(([one, a], [two, b]) => (a || one.name).localeCompare(b || two.name, undefined, { numeric: true }));
    const fresh = found.filter(([file, path]) => {
      const keep = !path || VIDEO.has((file.name.split(".").pop() || "").toLowerCase());
      leftOut += keep ? 0 : 1;
      return keep;
    }).map(([file, path]) => {
      const steps = path.split("/").filter(Boolean);
      const job = row(file, typed || (steps.length > 1 ? steps[0].slice(0, 120) : ""), steps.slice(1, -1).join("/"));
      jobs.push(job);
      return job;
    });
    aside.hidden = !leftOut; aside.textContent = fill(words.aside, { n: leftOut });
    total();
    asking = asking.then(async () => {
      for (let from = 0; from < fresh.length; from += 20) {
        const group = fresh.slice(from, from + 20);
        try { await sending.match(group.filter((job) => !job.id)); } catch { /* each asks again when its turn comes, or is declared */ }
        group.forEach((job) => { job.asked = true; listed(job); });
        next();
      }
    });
  }

  // A row of the list of unfinished uploads whose file was chosen again goes; the upload goes on in its new row.
  function listed(job) {
    const id = job.id || (job.match && job.match.upload_id);
    const one = id && document.querySelector(`[data-unfinished="${CSS.escape(id)}"]`);
    if (one) one.remove();
    document.querySelectorAll("[data-unfinished-part]").forEach((part) => { part.hidden = !document.querySelector("[data-unfinished]"); });
  }

  async function dropped(entries) {
    const found = [], walk = async (entry, path) => {
      if (entry.isFile) { found.push([await new Promise((ok, no) => { entry.file(ok, no); }), path ? `${path}/${entry.name}` : ""]); return; }
      const reader = entry.createReader(), inside = path ? `${path}/${entry.name}` : entry.name;
      for (let some; (some = await new Promise((ok, no) => { reader.readEntries(ok, no); })).length;) for (const one of some) await walk(one, inside);
    };
    for (const entry of entries) await walk(entry, "");
    return found;
  }

  sending.set({ csrf: words.csrf, worker: words.worker, hooks: {
    moved,
    begun: (job, resumed) => { remember(job); if (resumed) { say.textContent = fill(words.resumed, { percent: Math.floor((job.offset * 100) / (job.file.size || 1)) }); } },
    checking: (job, done) => { if (!job.sent) job.note.textContent = fill(words.checking, { percent: job.file.size ? Math.floor((done * 100) / job.file.size) : 100 }); },
    storing: (job) => { job.sent = job.file.size; job.bar.value = 100; job.note.textContent = `${size(job.file.size)} · ${words.storing}`; },
  } });
  document.querySelectorAll("[data-script]").forEach((part) => { part.hidden = false; });
  form.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
  const pick = at("files"), folder = at("folder"), zone = form.querySelector(".drop");
  pick.multiple = true;
  pick.onchange = () => { add([...pick.files].map((file) => [file, ""])); pick.value = ""; };
  folder.onchange = () => { add([...folder.files].map((file) => [file, file.webkitRelativePath])); folder.value = ""; };
  at("upload-hold").onclick = () => jobs.filter((job) => ["waiting", "going", "resting"].includes(job.state)).forEach((job) => { clearInterval(job.clock); halt(job); });
  at("upload-go").onclick = () => jobs.filter((job) => job.state === "paused").forEach(resume);
  form.onsubmit = (event) => event.preventDefault();
  zone.ondragover = (event) => { event.preventDefault(); zone.dataset.over = ""; };
  zone.ondragleave = () => delete zone.dataset.over;
  zone.ondrop = async (event) => {
    event.preventDefault(); delete zone.dataset.over;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    add(entries.length ? await dropped(entries) : [...event.dataTransfer.files].map((file) => [file, ""]));
  };
  window.addEventListener("online", () => jobs.filter((job) => job.state === "resting").forEach(now));
  window.addEventListener("beforeunload", (event) => { if (jobs.some((job) => job.state === "going")) event.preventDefault(); });
})();
