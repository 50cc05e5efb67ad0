"use strict";
// The lender's page: application, consent elsewhere, waiting, result and letter.
const PEOPLE = [
  { curp: "QXWA850309MPLRNL08", institution: "imss_mx_employment" },
  { curp: "QXWG850309MPLRNL08", institution: "imss_mx_employment" },
  { curp: "QXWB850309MPLRNL03", institution: "issste_mx_employment" },
  { curp: "XFNN850309MPLRNL00", institution: "imss_mx_employment" },
];
const $ = (id) => document.getElementById(id);
const memory = {
  get: () => { try { return JSON.parse(sessionStorage.getItem("demo") || "{}"); } catch { return {}; } },
  set: (more) => sessionStorage.setItem("demo", JSON.stringify({ ...memory.get(), ...more })),
};
let language = memory.get().language || "es";
let shown = null;
const words = () => WORDS[language];
const tongue = () => (language === "es" ? "es-MX" : "en");
const money = (text) => new Intl.NumberFormat(language === "es" ? "es-MX" : "en-US", { style: "currency", currency: "MXN" }).format(Number(text));

function node(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function translate() {
  document.documentElement.lang = tongue();
  for (const part of document.querySelectorAll("[data-word]")) part.textContent = words()[part.dataset.word];
  $("language").textContent = words().other;
  const at = { ask: 1, connect: 2, wait: 3, failure: 3, result: 4 }[shown?.part] || 1;
  $("steps").replaceChildren(...words().steps.map((step, i) => node("li", step, i < at ? "done" : "")));
  const chosen = document.querySelector("[name=person]:checked")?.value || "0";
  $("people").replaceChildren(...PEOPLE.map((person, i) => {
    const label = node("label", undefined, "person");
    const radio = node("input");
    Object.assign(radio, { type: "radio", name: "person", value: String(i), checked: String(i) === chosen });
    const text = node("span", words().people[i]);
    text.append(node("small", person.curp));
    label.append(radio, text);
    return label;
  }));
}

function show(part, focus = true) {
  shown = { ...shown, part };
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== part;
  translate();
  if (focus) document.querySelector(`#${part} h1`).focus();
}

function amount(id, least, most) {
  const value = Number($(id).value.replace(/[\s,$]/g, ""));
  const right = Number.isInteger(value) && value >= least && value <= most;
  $(`${id}_wrong`).textContent = right ? "" : words()[`${id}_wrong`];
  return right ? value : null;
}

async function apply(event) {
  event.preventDefault();
  const wanted = amount("amount", 1000, 1000000);
  const debt = amount("debt", 0, 1000000);
  if (wanted === null || debt === null) return;
  const person = PEOPLE[Number(document.querySelector("[name=person]:checked").value)];
  const recurrent = $("recurrent").checked;
  const button = document.querySelector("#form button");
  button.disabled = true;
  $("failed").textContent = "";
  try {
    const body = { amount: wanted, term: Number($("term").value), debt, institution: person.institution, recurrent, locale: language };
    const answer = await fetch("/demo/applications", { method: "POST", body: JSON.stringify(body) });
    const record = await answer.json();
    if (!answer.ok) throw new Error(record.code);
    memory.set({ id: record.id, curp: person.curp, recurrent });
    $("curp").textContent = person.curp;
    $("widget").href = record.widget_url;
    show("connect");
  } catch {
    $("failed").textContent = words().failed;
  } finally {
    button.disabled = false;
  }
}

async function look(id) {
  const answer = await fetch(`/demo/applications/${id}`);
  if (!answer.ok) throw new Error("unknown");
  return answer.json();
}

async function follow(id) {
  show("wait");
  for (;;) {
    try {
      const told = await look(id);
      const status = told.record.status;
      if (status === "decided") { result(told); return watch(id); }
      if (status === "failed") return failure(told.record);
      $("wait_lead").textContent = words()[status] || "";
    } catch { return start(); }
    await new Promise((done) => setTimeout(done, 700));
  }
}

// Messages arrive after the decision, and what is looked at again after that.
async function watch(id) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1500));
    if (memory.get().id !== id || shown?.part !== "result") return;
    try { result(await look(id), false); } catch { return; }
  }
}

function pairs(list, entries) {
  list.replaceChildren(...entries.flatMap(([name, value]) => [node("dt", name), node("dd", value)]));
}

function terms(offer) {
  const w = words();
  if (!offer) return [];
  const rate = new Intl.NumberFormat("es-MX", { style: "percent", maximumFractionDigits: 2 }).format(Number(offer.annual_rate));
  return [[w.offer_amount, money(offer.amount)], [w.offer_term, `${offer.term_months} ${w.months}`], [w.offer_payment, money(offer.monthly_payment)], [w.offer_rate, rate]];
}

function result(told, focus = true) {
  const w = words();
  const { record, messages, service } = told;
  const decision = record.decision;
  if (focus || shown?.part !== "result") show("result");
  shown = { part: "result", told };
  $("outcome").textContent = w[decision.outcome];
  $("outcome").className = decision.outcome;
  $("outcome_lead").textContent = w[`${decision.outcome}_lead`];
  pairs($("offer"), terms(decision.offer));
  $("reasons_part").hidden = decision.reasons.length === 0;
  $("reasons").replaceChildren(...decision.reasons.map((reason) => node("li", reason.text[tongue()])));
  const seen = record.monitoring.filter((one) => one.status === "seen");
  $("raise").hidden = !record.recurrent;
  const about = seen.map((one) => node("p", w.monitored(w.outcomes[one.outcome_before], w.outcomes[one.outcome_now])));
  if (about.length) $("monitoring").replaceChildren(...about);
  else if (!shown.waiting) $("monitoring").replaceChildren();
  pairs($("facts"), [
    [w.facts.decision_id, decision.decision_id], [w.facts.policy, `${decision.policy.id} ${decision.policy.version}`], [w.facts.hash, decision.policy.hash],
    [w.facts.input, decision.input_hash], [w.facts.score, String(decision.score ?? "—")], [w.facts.record, `curl -X POST ${service}/v1/decisions/${decision.decision_id}:replay`],
  ]);
  $("messages").replaceChildren(...messages.map((message) => node("li", `${message.type} · ${message.id} · ${message.signature}`)));
  $("points").replaceChildren(...Object.entries(decision.points || {}).map(([name, value]) => node("li", `${name}: ${value}`)));
  $("docs").href = `${service}/docs/`;
  letter(decision);
}

function letter(decision) {
  const w = words();
  const day = new Date(`${decision.as_of}T12:00:00`);
  $("letter_date").textContent = day.toLocaleDateString(language === "es" ? "es-MX" : "en-US", { day: "numeric", month: "long", year: "numeric" });
  $("letter_about").textContent = w.letter_about(decision.application_id);
  $("letter_outcome").textContent = w[`letter_${decision.outcome}`];
  pairs($("letter_offer"), terms(decision.offer));
  $("letter_reasons_part").hidden = decision.reasons.length === 0;
  $("letter_reasons").replaceChildren(...decision.reasons.map((reason) => node("li", `${reason.text[tongue()]} (${reason.code})`)));
  $("letter_foot").textContent = decision.decision_id;
}

function failure(record) {
  $("failure_words").textContent = record.failure.text[tongue()];
  $("failure_code").textContent = record.failure.code;
  shown = { part: "failure", record };
  show("failure");
}

async function raise() {
  const { id, curp } = memory.get();
  $("raise").disabled = true;
  $("monitoring").replaceChildren(node("p", words().raised));
  await fetch(`/demo/applications/${id}/raise`, { method: "POST", body: JSON.stringify({ curp }) });
  setTimeout(() => { $("raise").disabled = false; }, 8000);
}

function start() {
  memory.set({ id: null });
  $("letter").hidden = true;
  history.replaceState(null, "", "/");
  show("ask", false);
}

$("form").addEventListener("submit", apply);
$("raise").addEventListener("click", raise);
for (const button of document.querySelectorAll(".again")) button.addEventListener("click", start);
$("copy").addEventListener("click", async () => {
  try { await navigator.clipboard.writeText($("curp").textContent); $("copy").textContent = words().copied; } catch { getSelection().selectAllChildren($("curp")); }
});
$("to_letter").addEventListener("click", () => { $("letter").hidden = false; $("letter").scrollIntoView(); });
$("close_letter").addEventListener("click", () => { $("letter").hidden = true; });
$("print").addEventListener("click", () => print());
$("language").addEventListener("click", () => {
  language = language === "es" ? "en" : "es";
  memory.set({ language });
  translate();
  if (shown?.told) result(shown.told, false);
  if (shown?.record) failure(shown.record);
});

const back = new URLSearchParams(location.search);
const id = back.get("id") || memory.get().id;
if (location.pathname === "/back" && id && back.get("link")) follow(id);
else if (location.pathname === "/" && id) look(id).then((told) => (["decided", "failed"].includes(told.record.status) ? follow(id) : start()), start);
else start();
