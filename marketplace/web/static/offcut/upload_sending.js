// How bytes travel: recognised first, then tus through the server or signed parts to object storage. No words here.
// A job is {file, folder, batch, state, id, offset, call(s)}; `hooks` are moved(job, bytes), checking(job, share).
window.offcut = window.offcut || {};
(() => {
  const MIB = 2 ** 20, CHUNK = 8 * MIB, PARTS_AT_ONCE = 4, RENEW_MS = 5 * 60 * 1000, STORING_MS = [500, 1000, 2000, 5000];
  const API = "/api/v1";
  let csrf = "", worker = "", hooks = {};
  const subtle = window.crypto && window.crypto.subtle; // only where the page came safely (HTTPS or this machine)
  const rest = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const key = () => [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const busy = (status) => status === 0 || [408, 409, 423, 425, 429].includes(status) || status >= 500;

  class Refused extends Error { constructor(problem, status) { super("refused"); this.problem = problem; this.status = status; } }
  class Later extends Error {}
  class Stopped extends Error {}
  class Gone extends Error {}

  async function ask(job, method, path, body, headers = {}) {
    const control = new AbortController();
    job.calls.add(control);
    try {
      const answer = await fetch(API + path, {
        method, signal: control.signal, credentials: "same-origin",
        headers: { "X-CSRFToken": csrf, ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
        body: body ? JSON.stringify(body) : undefined,
      });
      const text = await answer.text();
      let data = null;
      try { data = text ? JSON.parse(text) : null; } catch { data = null; }
      if (answer.ok) return data;
      if ([404, 410].includes(answer.status)) throw new Gone();
      if (data && ["parts_missing", "upload_paused"].includes(data.code)) throw new Refused(data, answer.status);
      if (busy(answer.status)) throw new Later();
      throw new Refused(data, answer.status);
    } catch (error) {
      if (error.name === "AbortError") throw new Stopped();
      if (error instanceof TypeError) throw new Later();
      throw error;
    } finally { job.calls.delete(control); }
  }

  // A request with a body of the file; resolves with the XMLHttpRequest, whatever its status.
  function put(job, method, url, headers, body, told) {
    return new Promise((resolve, reject) => {
      const call = new XMLHttpRequest();
      const done = (settle, value) => { job.calls.delete(call); settle(value); };
      job.calls.add(call);
      call.open(method, url);
      Object.entries(headers).forEach(([name, value]) => call.setRequestHeader(name, value));
      call.upload.onprogress = (event) => told(event.loaded);
      call.onload = () => done(resolve, call);
      call.onerror = call.ontimeout = () => done(reject, new Later());
      call.onabort = () => done(reject, new Stopped());
      call.send(body);
    });
  }

  async function sample(file) {
    if (!subtle || !file.size) return "";
    const spans = file.size <= 3 * MIB ? [[0, file.size]] : [[0, MIB], [Math.floor((file.size - MIB) / 2), MIB], [file.size - MIB, MIB]];
    const size = new DataView(new ArrayBuffer(8));
    size.setUint32(0, Math.floor(file.size / 2 ** 32));
    size.setUint32(4, file.size >>> 0);
    const looks = spans.map(([start, length]) => file.slice(start, start + length));
    return hex(await subtle.digest("SHA-256", await new Blob([...looks, size.buffer]).arrayBuffer()));
  }

  function whole(job) {
    if (job.hash) return job.hash;
    job.hash = new Promise((resolve, reject) => {
      const thread = new Worker(worker);
      job.thread = thread;
      thread.onmessage = ({ data }) => {
        if (data.done !== undefined) { hooks.checking(job, data.done); return; }
        thread.terminate();
        if (data.hex) resolve(data.hex); else { job.hash = null; reject(new Refused({ title: data.error, detail: "" }, 0)); }
      };
      thread.onerror = () => { thread.terminate(); job.hash = null; reject(new Later()); };
      thread.postMessage({ file: job.file });
    });
    job.hash.catch(() => null);
    return job.hash;
  }

  // Ask about many files at once: each job gets `match`, or none where the server does not know it.
  async function match(jobs) {
    for (const job of jobs) job.sample = await sample(job.file).catch(() => "");
    const asked = jobs.filter((job) => job.sample);
    for (let at = 0; at < asked.length; at += 200) {
      const group = asked.slice(at, at + 200);
      const files = group.map((job) => ({ name: job.file.name, size_bytes: job.file.size, sample_sha256: job.sample }));
      const { data } = await ask({ calls: new Set() }, "POST", "/uploads/match", { files });
      const taken = new Set();
      data.forEach((one, place) => {
        if (one.result === "unknown" || taken.has(one.upload_id)) return;
        taken.add(one.upload_id);
        group[place].match = one;
      });
    }
  }

  async function declare(job, sha256) {
    job.key = job.key || key();
    if (job.sample === undefined) job.sample = await sample(job.file).catch(() => "");
    const body = { name: job.file.name, size_bytes: job.file.size, batch_name: job.batch, folder: job.folder, sample_sha256: job.sample || "",
      modified_at: new Date(job.file.lastModified).toISOString(), ...(sha256 ? { sha256 } : {}) };
    const upload = await ask(job, "POST", "/uploads", body, { "Idempotency-Key": job.key });
    job.key = "";
    return upload;
  }

  // What is there already: an upload to go on with, or one that is received (its bytes compared whole, never by samples).
  async function known(job) {
    const match = job.match;
    job.match = null;
    if (job.id) return ask(job, "GET", `/uploads/${job.id}`).catch((error) => { if (error instanceof Gone) return null; throw error; });
    if (!match) return null;
    if (match.result === "continue") return ask(job, "GET", `/uploads/${match.upload_id}`);
    const sha256 = await whole(job);
    const before = match.upload_id ? await ask(job, "GET", `/uploads/${match.upload_id}`) : null;
    if (before && (!job.batch || before.batch_name === job.batch)) {
      const asset = await ask(job, "GET", `/assets/${match.asset_id}`);
      if (asset.sha256 === sha256) return { ...before, duplicate: true };
    }
    return declare(job, sha256);
  }

  async function tus(job, upload) {
    job.offset = upload.offset;
    if (job.tries) { // after a cut: where did it really end?
      const answer = await put(job, "HEAD", upload.upload_url, { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf }, null, () => null);
      if ([404, 410].includes(answer.status)) throw new Gone();
      if (answer.status !== 200) throw new Later();
      job.offset = Number(answer.getResponseHeader("Upload-Offset"));
    }
    job.safe = job.offset;
    hooks.moved(job, job.offset);
    let first = job.file.size === 0;
    while (job.offset < job.file.size || first) {
      first = false;
      const body = job.file.slice(job.offset, job.offset + CHUNK), start = job.offset;
      const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf, "Upload-Offset": String(start), "Content-Type": "application/offset+octet-stream" };
      if (subtle) headers["Upload-Checksum"] = `sha256 ${base64(await subtle.digest("SHA-256", await body.arrayBuffer()))}`;
      if (job.state !== "going") throw new Stopped();
      const answer = await put(job, "PATCH", upload.upload_url, headers, body, (loaded) => hooks.moved(job, start + loaded));
      if (answer.status === 204) { job.offset = Number(answer.getResponseHeader("Upload-Offset")); job.safe = job.offset; job.tries = 0; hooks.moved(job, job.offset); continue; }
      if ([404, 410].includes(answer.status)) throw new Gone();
      let problem = null;
      try { problem = JSON.parse(answer.responseText); } catch { problem = null; }
      if (problem && problem.code === "upload_paused") throw new Refused(problem, answer.status);
      if (busy(answer.status) || answer.status === 460) throw new Later();
      throw new Refused(problem, answer.status);
    }
  }

  async function parts(job, upload) {
    let over = false;
    const size = upload.part_bytes, held = new Set(upload.parts_held || []), links = new Map(), etags = new Map(), moving = new Map();
    const length = (number) => Math.min(size, job.file.size - (number - 1) * size);
    const tell = () => {
      job.safe = [...held].reduce((sum, number) => sum + length(number), 0);
      if (!over) hooks.moved(job, job.safe + [...moving.values()].reduce((sum, one) => sum + one, 0));
    };
    const missing = () => Array.from({ length: upload.parts_total }, (_, place) => place + 1).filter((number) => !held.has(number));
    const hash = whole(job);

    async function link(number) {
      const have = links.get(number);
      if (have && Date.now() < have.until) return have.url;
      const numbers = missing().filter((one) => one >= number).slice(0, 20);
      const { data } = await ask(job, "POST", `/uploads/${upload.id}/parts`, { numbers });
      data.forEach((one) => links.set(one.number, { url: one.url, until: Date.now() + Math.max(one.expires_in_s * 500, one.expires_in_s * 1000 - RENEW_MS) }));
      return links.get(number).url;
    }

    async function one(number) {
      for (let tries = 0; ; tries += 1) {
        const start = (number - 1) * size, url = await link(number);
        if (over || job.state !== "going") throw new Stopped();
        try {
          const answer = await put(job, "PUT", url, {}, job.file.slice(start, start + length(number)), (loaded) => { moving.set(number, loaded); tell(); });
          if (answer.status === 200) { etags.set(number, answer.getResponseHeader("ETag") || ""); moving.delete(number); held.add(number); tell(); return; }
          if (answer.status === 404) throw new Gone();
          if (tries > 5) throw new Later();
          links.delete(number); // refused or ended: sign again; anything else is tried again too, a bounded number of times
        } catch (error) {
          if (!(error instanceof Later) || tries > 5) throw error;
        } finally { moving.delete(number); tell(); }
        await rest(Math.min(30000, 500 * 2 ** tries));
      }
    }

    tell();
    for (let round = 0; round < 3; round += 1) {
      const queue = missing();
      const lane = async () => { while (queue.length) await one(queue.shift()); };
      try { await Promise.all(Array.from({ length: PARTS_AT_ONCE }, lane)); } catch (error) { over = true; queue.length = 0; job.calls.forEach((call) => call.abort()); throw error; }
      const complete = { sha256: await hash };
      if ([...etags.values()].every(Boolean) && etags.size === upload.parts_total) complete.parts = [...etags].map(([number, etag]) => ({ number, etag }));
      try { await ask(job, "POST", `/uploads/${upload.id}/complete`, complete, { "Idempotency-Key": key() }); return; } catch (error) {
        if (!(error instanceof Refused) || !error.problem || error.problem.code !== "parts_missing") throw error;
        (error.problem.missing || []).forEach((number) => { held.delete(number); etags.delete(number); });
      }
    }
    throw new Later();
  }

  async function received(job, upload) {
    for (let look = 0; ; look += 1) {
      const seen = await ask(job, "GET", `/uploads/${upload.id}`);
      if (seen.asset_id) return seen;
      if (["failed", "cancelled", "expired"].includes(seen.state)) throw new Refused(seen.reason ? { title: seen.reason.text, detail: seen.reason.what_to_do } : null, 0);
      if (job.state !== "going") throw new Stopped();
      hooks.storing(job);
      await rest(STORING_MS[Math.min(look, STORING_MS.length - 1)]);
    }
  }

  // Send one file to its end; resolves with the received upload. Throws Later (try again), Stopped, Refused.
  async function send(job) {
    for (let last = false; ; last = true) {
      try {
        let upload = (await known(job)) || null;
        if (upload && ["failed", "cancelled", "expired"].includes(upload.state)) { job.id = ""; upload = null; }
        const resumed = Boolean(upload && upload.offset && !upload.asset_id);
        upload = upload || (await declare(job));
        if (upload.paused) upload = await ask(job, "POST", `/uploads/${upload.id}/resume`, null, { "Idempotency-Key": key() });
        job.id = upload.id;
        job.batchId = upload.batch_id;
        job.proven = Boolean(subtle) || upload.transport === "s3";
        hooks.begun(job, resumed, upload);
        if (upload.asset_id) return upload;
        if (upload.state === "receiving") await (upload.transport === "s3" ? parts(job, upload) : tus(job, upload));
        return await received(job, upload);
      } catch (error) {
        if (!(error instanceof Gone) || last) throw error instanceof Gone ? new Later() : error;
        job.id = "";
      }
    }
  }

  function stop(job) {
    [...job.calls].forEach((call) => call.abort());
    if (job.thread) { job.thread.terminate(); job.thread = null; job.hash = null; }
  }

  window.offcut.sending = { send, match, stop, ask, Refused, Later, Stopped,
    set: (facts) => { csrf = facts.csrf; worker = facts.worker; hooks = facts.hooks; } };
})();
