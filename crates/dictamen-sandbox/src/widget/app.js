"use strict";
(() => {
  const query = new URLSearchParams(location.search);
  const $ = (id) => document.getElementById(id);
  const SECTIONS = ["loading", "choose", "form", "progress", "success", "failure", "leave", "ended"];
  const STEP = { choose: 1, form: 2, progress: 3, success: 3 };
  const CURP = /^[A-Z]{4}\d{6}[A-Z]{3}[A-Z]{3}[A-Z0-9]\d$/;

  let locale = query.get("locale") in WORDS ? query.get("locale") : "es";
  let session = null;      // what the server told of the token
  let chosen = null;       // the institution
  let shown = "loading";
  let before = "choose";   // where leaving was asked
  let lastError = { code: "", message: "" };
  let connected = null;
  let ending = null;       // where the last page returns to
  let ended = ["", ""];    // what it says

  const recurrent = query.get("access_mode") !== "single";
  const t = (key, ...values) => values.reduce((text, value, i) => text.replace(`{${i}}`, value), WORDS[locale][key] ?? key);
  const company = () => session?.company_name || t("lender");

  function show(name, focus = true) {
    shown = name;
    for (const id of SECTIONS) $(id).hidden = id !== name;
    const step = STEP[name] ?? (name === "failure" ? 2 : 0);
    $("steps").hidden = step === 0;
    [...$("steps").children].forEach((bar, i) => bar.classList.toggle("done", i < step));
    $("back").hidden = !(name === "form" && session?.institutions.length > 1 && !session.renewed);
    $("close").hidden = ["loading", "progress", "success", "leave", "ended"].includes(name) || query.get("show_close_dialog") === "none";
    write();
    if (focus) $(name).querySelector("h1")?.focus();
    window.scrollTo(0, 0);
  }

  // Writes all words; called again when the language changes.
  function write() {
    document.documentElement.lang = locale;
    document.title = t("title");
    $("language").value = locale;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
    $("company").textContent = session?.company_name || "";
    $("ended_title").textContent = t(ended[0]);
    $("ended_lead").textContent = t(ended[1]);
    if (!session) return;
    list();
    const name = chosen?.display_name ?? "";
    $("form_title").textContent = t(session.renewed ? "renew_title" : "form_title", name);
    $("progress_title").textContent = t("progress_title", name);
    $("success_lead").textContent = t("success_lead", name);
    $("consent_text").textContent = t(recurrent ? "consent_recurrent" : "consent_single", company());
    const shared = session.resources.length ? session.resources : ["EMPLOYMENT_RECORDS"];
    $("shared").replaceChildren(...shared.map((resource) => text("li", t(resource))));
    explain();
  }

  function text(tag, words, className) {
    const element = document.createElement(tag);
    element.textContent = words;
    if (className) element.className = className;
    return element;
  }

  function list() {
    const items = session.institutions.map((institution) => {
      const button = document.createElement("button");
      button.type = "button";
      button.disabled = institution.down;
      const words = document.createElement("span");
      words.append(text("b", institution.display_name), text("small", institution.down ? t("down") : t(institution.name)));
      const sign = text("span", institution.display_name[0] === "P" ? "P" : institution.display_name.slice(0, 2), "sign");
      sign.setAttribute("aria-hidden", "true");
      button.append(sign, words);
      button.addEventListener("click", () => choose(institution));
      const item = document.createElement("li");
      item.append(button);
      return item;
    });
    $("institutions").replaceChildren(...items);
    $("none").hidden = items.length > 0;
    $("none").textContent = session.hidden ? t("none_hidden") : t("none_found");
  }

  function choose(institution) {
    chosen = institution;
    $("personal").hidden = Boolean(session.renewed);
    $("email_field").hidden = !institution.email;
    show("form");
    if (!session.renewed && matchMedia("(pointer: fine)").matches) $("curp").focus();
  }

  function wrong(field, key) {
    $(`${field}_wrong`).textContent = key ? t(key) : "";
    $(field).setAttribute("aria-invalid", key ? "true" : "false");
    return key ? $(field) : null;
  }

  const curpNow = () => $("curp").value.toUpperCase().replace(/\s/g, "");

  function check() {
    const curp = curpNow();
    const lenient = chosen.name === "planet_mx_employment";
    const email = $("email").value.trim();
    const checks = session.renewed ? [] : [
      wrong("curp", lenient ? (curp ? "" : "curp_short") : curp.length !== 18 ? "curp_short" : CURP.test(curp) ? "" : "curp_shape"),
      wrong("email", chosen.email && email && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) ? "email_wrong" : ""),
    ];
    checks.push(wrong("consent", $("consent").checked ? "" : "consent_wrong"));
    const first = checks.find(Boolean);
    first?.focus();
    return !first;
  }

  async function post(path, body) {
    const response = await fetch(path, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    return { ok: response.ok, status: response.status, body: await response.json() };
  }

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function stages(count) {
    $("stages").replaceChildren(...["stage_1", "stage_2", "stage_3"].map((key, i) =>
      text("li", t(key), i < count ? "done" : i === count ? "now" : "")));
  }

  async function connect() {
    stages(0);
    show("progress");
    const body = { access_token: query.get("access_token"), institution: chosen.name, access_mode: recurrent ? "recurrent" : "single" };
    if (!session.renewed) body.username = curpNow();
    if (chosen.email && $("email").value.trim()) body.username2 = $("email").value.trim();
    if (query.get("external_id")) body.external_id = query.get("external_id");
    try {
      const [answer] = await Promise.all([post("links/", body), pause(700).then(() => stages(1))]);
      if (!answer.ok) return fail(answer.body[0] ?? { code: "unexpected_error", message: "" });
      stages(2);
      await pause(600);
      connected = answer.body;
      show("success");
    } catch {
      fail({ code: "network", message: "" });
    }
  }

  function fail(error) {
    if (error.code === "ACCESS_TOKEN_NOT_VALID") return invalid();
    lastError = { code: error.code, message: error.message ?? "" };
    show("failure");
  }

  // The institution's own words are shown as they are; ours say what to do.
  function explain() {
    const known = lastError.code in WORDS[locale] ? lastError.code : { invalid_credentials: "login_error", missing_credentials: "login_error", institution_unavailable: "institution_down", institution_inactive: "institution_down" }[lastError.code];
    const words = lastError.message && known !== "duplicated" && !/^(Invalid|The |Belvo|Impossible|Link|Unexpected)/.test(lastError.message) ? `${t("said", chosen?.display_name ?? "")} «${lastError.message}»` : "";
    $("failure_lead").textContent = t(known === "login_error" && words ? "login_said" : known ?? "unexpected_error");
    $("failure_words").textContent = words;
  }

  // Returns to where the lender asked; without an address, tells the page around and ends here.
  function go(kind, address, values) {
    const parameters = new URLSearchParams(values);
    const outside = window.parent !== window ? window.parent : window.opener;
    outside?.postMessage({ event: kind, ...values }, "*");
    if (!address) return false;
    location.assign(address + (address.includes("?") ? "&" : "?") + parameters);
    return true;
  }

  function end(title, lead, again) {
    ending = again ?? null;
    ended = [title, lead];
    $("return").hidden = !again;
    show("ended");
  }

  function invalid() {
    const address = session?.callbacks?.event;
    const values = { error: "ACCESS_TOKEN_NOT_VALID", error_message: "The access token is not valid." };
    end("invalid_title", "invalid_lead", address ? () => go("error", address, values) : null);
  }

  function finish() {
    if (!go("success", session.callbacks.success, connected)) end("success_title", "closed_lead");
  }

  function exit() {
    const values = {
      last_encountered_error_code: lastError.code, last_encountered_error_message: lastError.message,
      meta_data_institution_name: chosen?.name ?? "", meta_data_step: "abandon-survey",
    };
    if (!go("exit", session.callbacks.exit, values)) end("left_title", "closed_lead");
  }

  async function start() {
    write();
    try {
      const answer = await post("session/", { access_token: query.get("access_token") ?? "" });
      session = answer.body.institutions ? answer.body : null;
      if (!answer.ok) return invalid();
    } catch {
      return end("failure_title", "network");
    }
    const asked = (query.get("institutions") ?? "").split(",").filter(Boolean);
    const resources = (query.get("resources") ?? "").split(",").filter(Boolean);
    const types = (query.get("institution_types") ?? "").split(",").filter(Boolean);
    // As Belvo's widget: institutions of employment are shown only when they are asked for.
    session.hidden = !session.renewed && !asked.length && !resources.length && !types.includes("employment");
    if (session.hidden) session.institutions = [];
    session.institutions = session.institutions
      .filter((institution) => !asked.length || asked.includes(institution.name))
      .filter((institution) => resources.every((resource) => institution.resources.includes(resource)));
    const all = session.institutions;
    if (all.length && all.every((institution) => institution.down)) {
      go("warning", null, { warning: "institution_disabled", warning_message: "The institution is not available." });
    }
    if (all.length === 1 && !all[0].down) choose(all[0]); else show("choose");
  }

  $("language").addEventListener("change", (event) => { locale = event.target.value; show(shown, false); });
  $("back").addEventListener("click", () => show("choose"));
  $("close").addEventListener("click", () => { before = shown; query.get("show_abandon_survey") === "false" ? exit() : show("leave"); });
  $("stay").addEventListener("click", () => show(before));
  $("exit").addEventListener("click", exit);
  $("finish").addEventListener("click", finish);
  $("return").addEventListener("click", () => ending?.());
  $("retry").addEventListener("click", () => show("form"));
  $("other").addEventListener("click", () => show("choose"));
  $("curp").addEventListener("input", () => {
    $("count").textContent = `${curpNow().length} / 18`;
    if ($("curp").getAttribute("aria-invalid") === "true") wrong("curp", "");
  });
  $("email").addEventListener("input", () => wrong("email", ""));
  $("consent").addEventListener("change", () => wrong("consent", ""));
  $("fields").addEventListener("submit", (event) => { event.preventDefault(); if (check()) connect(); });
  start();
})();
