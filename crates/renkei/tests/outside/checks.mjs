// What two checkers of others say of FHIR resources: the npm `fhir` validator (base R4), and fhirpath.js with what the packages of
// JP-CLINS ask for: their invariants, and the cardinalities and fixed values of their snapshots.
//
// usage: node checks.mjs PACKAGES… < lines of {"id": …, "resource": …} > lines of {"id": …, "validator": […], "profiles": […]}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { gunzipSync } from "node:zlib";

// The packages are in a folder of their own, which the caller names as NODE_MODULES.
const require = createRequire(`${process.env.NODE_MODULES ?? "."}/../x.js`);
const { Fhir } = require("fhir");
const fhirpath = require("fhirpath");
const model = require("fhirpath/fhir-context/r4");

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
// What the checkers print by themselves is none of our lines.
console.log = console.error;

/** The files of a .tgz, name and content. */
function* files(path) {
  const tar = gunzipSync(readFileSync(path));
  for (let at = 0; at + 512 <= tar.length; ) {
    const field = (from, length) => tar.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 12).trim() || "0", 8);
    const name = field(0, 100);
    if (name && ["0", ""].includes(field(156, 1))) yield [name, tar.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/** One StructureDefinition: its elements by id, and the children of each. */
class Profile {
  constructor(definition) {
    this.url = definition.url;
    this.type = definition.type;
    this.elements = new Map(definition.snapshot.element.map((one) => [one.id, one]));
    this.children = new Map();
    for (const one of definition.snapshot.element) {
      const cut = one.id.lastIndexOf(".");
      if (cut < 0) continue;
      const parent = one.id.slice(0, cut);
      if (!this.children.has(parent)) this.children.set(parent, []);
      this.children.get(parent).push(one);
    }
    this.root = definition.snapshot.element[0].id;
  }
}

const profiles = new Map();
for (const path of process.argv.slice(2)) {
  for (const [name, bytes] of files(path)) {
    if (!/StructureDefinition[^/]*\.json$/.test(name)) continue;
    const one = JSON.parse(bytes.toString("utf8"));
    // What a later package says of the same profile does not replace what an earlier one said: the order of the arguments counts.
    if (one.snapshot && !profiles.has(one.url)) profiles.set(one.url, new Profile(one));
  }
}

const compiled = new Map();
const unanswered = new Map();

/** Whether an invariant holds; what the engine cannot answer is counted and held to be so. */
function holds(constraint, base, node, resource) {
  const key = `${base}|${constraint.expression}`;
  try {
    if (!compiled.has(key)) compiled.set(key, fhirpath.compile({ base, expression: constraint.expression }, model));
    const said = compiled.get(key)(node, { resource, rootResource: resource });
    return said.length === 0 || said.every((one) => one !== false);
  } catch (error) {
    unanswered.set(constraint.key, String(error.message ?? error).slice(0, 120));
    return true;
  }
}

const name = (element) => element.id.slice(element.id.lastIndexOf(".") + 1).split(":")[0];
const slice = (element) => element.id.slice(element.id.lastIndexOf(".") + 1).split(":")[1];

/** The values of an element, also where only an extension stands in a primitive's place. */
function values(node, called) {
  if (node === null || typeof node !== "object") return [];
  let keys = [called];
  if (called.endsWith("[x]")) {
    const stem = called.slice(0, -3);
    keys = Object.keys(node).filter((key) => key.startsWith(stem) && /^[A-Z]/.test(key.slice(stem.length)));
  }
  return keys.flatMap((key) => {
    const [own, beside] = [node[key], node[`_${key}`]].map((one) => (one === undefined ? [] : [one].flat()));
    return own.length >= beside.length ? own : beside;
  });
}

const fixed = (element) => {
  const key = Object.keys(element).find((one) => /^(fixed|pattern)[A-Z]/.test(one));
  return key === undefined ? undefined : element[key];
};

/** Whether a value is what an element fixes, or has what it asks for. */
function fits(value, wanted) {
  if (wanted === null || typeof wanted !== "object") return value === wanted;
  if (Array.isArray(wanted)) return wanted.every((one) => [value ?? []].flat().some((own) => fits(own, one)));
  return Object.entries(wanted).every(([key, one]) => value !== null && typeof value === "object" && fits(value[key], one));
}

/** What a profile fixes below a slice at the path of a discriminator. */
function wanted(profile, element, path) {
  if (path === "$this") return fixed(element);
  const direct = profile.elements.get(`${element.id}.${path}`);
  if (direct !== undefined && fixed(direct) !== undefined) return fixed(direct);
  // A part of the path may itself be fixed as a whole, or be sliced.
  const parts = path.split(".");
  for (let at = parts.length - 1; at > 0; at -= 1) {
    const above = profile.elements.get(`${element.id}.${parts.slice(0, at).join(".")}`);
    let value = above && fixed(above);
    for (const part of parts.slice(at)) value = [value ?? []].flat()[0]?.[part];
    if (value !== undefined) return value;
  }
  const loaded = profiles.get(element.type?.[0]?.profile?.[0]);
  if (loaded !== undefined && loaded !== profile) return wanted(loaded, loaded.elements.get(loaded.root), path);
  return undefined;
}

const follow = (value, path) => (path === "$this" ? [value] : path.split(".").reduce((all, part) => all.flatMap((one) => values(one, part)), [value]));

/** Whether a value is of a slice; undefined where the discriminator says too little. */
function belongs(profile, base, element, value) {
  const said = (base?.slicing?.discriminator ?? []).map(({ type, path }) => {
    if (type === "value" || type === "pattern") {
      const one = wanted(profile, element, path);
      return one === undefined ? undefined : follow(value, path).some((own) => fits(own, one));
    }
    const at = path === "$this" ? element : profile.elements.get(`${element.id}.${path}`);
    const codes = (at?.type ?? []).map((one) => one.code);
    const own = follow(value, path)[0]?.resourceType;
    return codes.length === 0 || own === undefined ? undefined : codes.includes(own);
  });
  return said.length === 0 || said.includes(undefined) ? undefined : said.every(Boolean);
}

/** Walks a resource, or a part of it, along a profile. */
class Walk {
  constructor(resource) {
    this.resource = resource;
    this.faults = new Set();
  }

  fault(path, text) {
    this.faults.add(`${path}: ${text}`);
  }

  /** What one value must be by its own element. */
  value(profile, element, value, path) {
    const one = fixed(element);
    if (one !== undefined && !fits(value, one)) this.fault(path, `is not ${JSON.stringify(one).slice(0, 80)}`);
    for (const constraint of element.constraint ?? []) {
      if (constraint.severity !== "error" || !constraint.expression) continue;
      // A part of a data type is asked as that type: a path into it says too little.
      const types = element.type ?? [];
      const plain = types.length === 1 && /^[A-Z]/.test(types[0].code) && !/^(Backbone)?Element$|^Resource$/.test(types[0].code);
      const base = !element.path.includes(".") ? profile.type : plain ? types[0].code : element.path;
      if (!holds(constraint, base, value, this.resource)) this.fault(path, `breaks ${constraint.key}`);
    }
  }

  below(profile, id, node, path) {
    const all = profile.children.get(id) ?? [];
    for (const base of all.filter((one) => slice(one) === undefined)) {
      const called = name(base);
      const found = values(node, called);
      const here = `${path}.${called}`;
      this.count(base, found, here);
      found.forEach((value, at) => this.one(profile, base, value, base.max === "1" ? here : `${here}[${at}]`));
      for (const element of all.filter((one) => name(one) === called && slice(one) !== undefined)) {
        const sure = found.map((value) => belongs(profile, base, element, value));
        if (found.length > 0 && sure.includes(undefined)) continue;
        if (found.length === 0 && !base.slicing?.discriminator?.length) continue;
        const own = found.filter((_, at) => sure[at]);
        this.count(element, own, `${here}:${slice(element)}`);
        own.forEach((value) => this.one(profile, element, value, `${here}:${slice(element)}`));
      }
    }
  }

  count(element, found, path) {
    if (found.length < element.min) this.fault(path, `${found.length}, needs ${element.min}`);
    if (element.max !== "*" && found.length > Number(element.max)) this.fault(path, `${found.length}, at most ${element.max}`);
  }

  one(profile, element, value, path) {
    this.value(profile, element, value, path);
    if (profile.children.has(element.id)) this.below(profile, element.id, value, path);
    else if (element.contentReference) this.below(profile, element.contentReference.split("#")[1], value, path);
    const types = (element.type ?? []).filter((type) => !["Reference", "canonical", "Resource"].includes(type.code));
    const named = types.length === 1 ? (types[0].profile ?? []) : [];
    if (named.length === 1 && value !== null && typeof value === "object" && value.resourceType === undefined) this.part(named[0], value, path);
    if (element.path.endsWith(".extension") && profiles.has(value?.url)) this.part(value.url, value, path);
  }

  /** A part with a profile of its own: an extension, a dosage. */
  part(url, value, path) {
    const profile = profiles.get(url.split("|")[0]);
    if (profile === undefined || this.depth > 12) return;
    this.depth = (this.depth ?? 0) + 1;
    this.value(profile, profile.elements.get(profile.root), value, path);
    this.below(profile, profile.root, value, path);
    this.depth -= 1;
  }
}

/** What the profiles that a resource claims say of it, and those of the resources in it. */
function claimed(resource, path = resource.resourceType) {
  const faults = [];
  for (const claim of [resource.meta?.profile ?? []].flat()) {
    const profile = profiles.get(String(claim).split("|")[0]);
    if (profile === undefined || profile.type !== resource.resourceType) continue;
    const walk = new Walk(resource);
    walk.value(profile, profile.elements.get(profile.root), resource, path);
    walk.below(profile, profile.root, resource, path);
    faults.push(...walk.faults);
  }
  if (Array.isArray(resource.entry)) {
    resource.entry.forEach((entry, at) => {
      if (entry?.resource?.resourceType) faults.push(...claimed(entry.resource, `entry[${at}].${entry.resource.resourceType}`));
    });
  }
  return faults;
}

const validator = new Fhir();

function validated(resource) {
  try {
    const said = validator.validate(resource, { errorOnUnexpected: true });
    const errors = said.messages.filter((one) => one.severity === "error" || one.severity === "fatal");
    return errors.map((one) => `${one.location ?? ""}: ${one.message}`);
  } catch (error) {
    return [String(error.message ?? error)];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, resource } = JSON.parse(line);
  let found;
  try {
    found = claimed(resource);
  } catch (error) {
    found = [`cannot be walked: ${error.message ?? error}`];
  }
  say({ id, validator: validated(resource), profiles: found });
}
say({ id: null, profiles: profiles.size, unanswered: Object.fromEntries(unanswered) });
