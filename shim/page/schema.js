// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document as a page to read: who may ask, each path with its parameters and answers, then the schemas.
'use strict';

const METHODS = ['get', 'options'];
const byId = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
}

const code = (text) => make('code', {}, text);
const nameOf = (reference) => reference.split('/').pop();

// What {"$ref": "#/a/b"} stands for, or the thing itself.
function resolve(api, thing) {
    return thing.$ref ? thing.$ref.slice(2).split('/').reduce((at, key) => at[key], api) : thing;
}

// A schema in a few words; named ones are links.
function typeOf(schema) {
    if (schema.$ref) {
        return [make('a', {href: `#${nameOf(schema.$ref)}`}, nameOf(schema.$ref))];
    }
    if (schema.anyOf) {
        return schema.anyOf.flatMap((one, i) => [...(i > 0 ? [' or '] : []), ...typeOf(one)]);
    }
    if (schema.type === 'array') {
        return ['list of ', ...typeOf(schema.items)];
    }
    if ('const' in schema) {
        return [code(JSON.stringify(schema.const))];
    }
    if (schema.enum) {
        return [schema.enum.join(', ')];
    }
    const type = [schema.type ?? 'anything'].flat().join(' or ');
    return [schema.format ? `${type} (${schema.format})` : type];
}

function table(caption, titles, rows) {
    return make('div', {class: 'table', role: 'region', 'aria-label': caption, tabindex: 0}, make('table', {},
        make('caption', {}, caption),
        make('thead', {}, make('tr', {}, ...titles.map((title) => make('th', {scope: 'col'}, title)))),
        make('tbody', {}, ...rows.map((row) => make('tr', {}, ...row.map((cell) => make('td', {}, ...[cell].flat())))))));
}

function operation(api, path, method, shared) {
    const it = api.paths[path][method];
    const parameters = [...shared, ...(it.parameters ?? [])].map((one) => resolve(api, one));
    const answers = Object.entries(it.responses).map(([status, one]) => {
        const answer = resolve(api, one);
        const content = answer.content?.['application/json'];
        return [status, answer.description, content ? typeOf(content.schema) : '–'];
    });
    const anonymous = (it.security ?? []).some((way) => Object.keys(way).length === 0);
    return make('details', {},
        make('summary', {}, code(`${method.toUpperCase()} ${path}`), ` ${it.summary}`),
        make('p', {}, `${it.description ?? ''} ${anonymous ? 'Credentials are not needed.' : 'Needs credentials.'}`.trim()),
        ...(parameters.length > 0 ? [table('Parameters', ['name', 'in', 'type', 'meaning'],
            parameters.map((p) => [code(p.name), p.in, typeOf(p.schema), p.description]))] : []),
        table('Answers', ['status', 'meaning', 'body'], answers));
}

function schemaOf([name, schema]) {
    const required = new Set(schema.required ?? []);
    const parts = [make('h3', {id: name, tabindex: -1}, name), make('p', {}, schema.description ?? '')];
    if (schema.properties) {
        parts.push(table(`Fields of ${name}`, ['field', 'type', 'meaning'], Object.entries(schema.properties).map(
            ([field, one]) => [code(field), typeOf(one),
                [one.description ?? '', required.has(field) ? '' : ' (not always there)'].join('')])));
    } else {
        parts.push(make('p', {}, ...typeOf(schema)));
    }
    if (schema.examples) {
        parts.push(make('pre', {tabindex: 0}, JSON.stringify(schema.examples[0], null, 2)));
    }
    return parts;
}

function show(api) {
    byId('about').textContent = api.info.description;
    const ways = Object.values(api.components.securitySchemes).map((way) => make('li', {}, way.description));
    byId('schema').append(
        make('h2', {}, 'Who is asking'), make('ul', {}, ...ways),
        make('h2', {}, 'Paths'),
        ...Object.entries(api.paths).flatMap(([path, it]) => METHODS.filter((method) => it[method]).map(
            (method) => operation(api, path, method, it.parameters ?? []))),
        make('h2', {}, 'Schemas'), ...Object.entries(api.components.schemas).flatMap(schemaOf));
}

async function load() {
    try {
        const answer = await fetch('/api/v2/schema', {headers: {Accept: 'application/json'}});
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        show(await answer.json());
    } catch (error) {
        byId('message').replaceChildren(make('p', {class: 'message'},
            `The document cannot be read (${error.message}). Please load this page again later.`));
    }
}

load();
