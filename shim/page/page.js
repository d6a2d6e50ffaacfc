// SPDX-License-Identifier: Apache-2.0
// A person's trophies, from the same resources that wger's own clients read.  The token lives in sessionStorage: in this
// tab, until it is closed.  What the server says gets into the page as text only, never as markup.
'use strict';

const TOKEN = 'token';
const PAGE_ROWS = 999; // the largest page there is
const PAGES = 10; // of awards, at most

// Why the server refused, in words for the person who typed the token.
const REFUSALS = {
    'Invalid token.': 'This token is not known. A token has 40 characters: please copy all of it and try again.',
    'User inactive or deleted.': 'The account of this token is switched off.',
    'User is inactive': 'The account of this token is switched off.',
    'User not found': 'There is no account for this token any more.',
    'Given token not valid for any token type':
        'This token is no longer valid. Please get a new one from wger and try again.',
};
const REFUSED = 'The server does not accept this token. Please copy it again, without blanks.';
const AWAY = 'The server has no access to its data at the moment. Please try again in a few seconds.';
const SILENT = 'The server cannot be reached. Are you connected? Your token is still here.';
const CONFUSED = 'The server gave an answer that this page does not understand. Please try again later.';

class Trouble extends Error {
    constructor(text, wrongToken) {
        super(text);
        this.wrongToken = wrongToken;
    }
}

const byId = (id) => document.getElementById(id);

// make('p', {class: 'x'}, 'text', element): attributes that are null are left out
function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null) {
            element.setAttribute(name, value);
        }
    }
    element.append(...children);
    return element;
}

// ---- the server

async function read(path, token) {
    // An access token has three parts between dots, an API key has none.
    const scheme = token.includes('.') ? 'Bearer' : 'Token';
    if (!/^[!-~]+$/.test(token)) { // could not be sent
        throw new Trouble(REFUSED, true);
    }
    let answer;
    let body;
    try {
        answer = await fetch(`/api/v2/${path}`,
            {headers: {Accept: 'application/json', Authorization: `${scheme} ${token}`}});
    } catch {
        throw new Trouble(SILENT, false);
    }
    try {
        body = await answer.json();
    } catch {
        throw new Trouble(answer.status >= 500 ? AWAY : CONFUSED, false);
    }
    if (answer.status === 403) {
        throw new Trouble(REFUSALS[body.detail] ?? REFUSED, true);
    }
    if (!answer.ok) {
        throw new Trouble(answer.status >= 500 ? AWAY : CONFUSED, false);
    }
    return body;
}

async function readAwards(token) {
    const awards = [];
    for (let page = 0; page < PAGES; page++) {
        const {results, next} = await read(`user-trophy/?limit=${PAGE_ROWS}&offset=${page * PAGE_ROWS}`, token);
        awards.push(...results);
        if (next === null) {
            break;
        }
    }
    return awards;
}

// ---- how values are written

// The calendar day as the server's time zone has it, which is the one that trophies go by.
function day(iso) {
    const [year, month, date] = iso.slice(0, 10).split('-').map(Number);
    return make('time', {datetime: iso},
        new Date(year, month - 1, date).toLocaleDateString(undefined, {dateStyle: 'medium'}));
}

const count = (number, one, many) => `${number.toLocaleString()} ${number === 1 ? one : many}`;
const days = (number) => count(number, 'day', 'days');
const daytime = (time) => make('time', {}, time.slice(0, 5));

// ---- what is shown

function picture(trophy) {
    const image = make('img', {src: trophy.image, alt: '', width: 56, height: 56, loading: 'lazy'});
    const frame = make('div', {class: 'picture', 'aria-hidden': 'true'}, image);
    image.addEventListener('error', () => frame.replaceChildren(trophy.name.slice(0, 1)));
    return frame;
}

function card(trophy, kind, ...details) {
    return make('li', {class: `card ${kind}`, 'data-trophy': trophy.id}, picture(trophy),
        make('div', {class: 'text'}, make('h3', {}, trophy.name), make('p', {}, trophy.description), ...details));
}

// One card a trophy; awards come newest first.
function earnedCards(awards) {
    const times = new Map();
    for (const {trophy} of awards) {
        times.set(trophy.id, (times.get(trophy.id) ?? 0) + 1);
    }
    const newest = new Map();
    for (const award of awards) {
        if (!newest.has(award.trophy.id)) {
            newest.set(award.trophy.id, award);
        }
    }
    return [...newest.values()].map(({trophy, earned_at: earnedAt}) => {
        const often = times.get(trophy.id);
        const words = often > 1 ? `✓ Earned ${often.toLocaleString()} times, last ` : '✓ Earned ';
        return card(trophy, 'earned', make('p', {class: 'state'}, words, day(earnedAt)));
    });
}

function progressBar(row, label) {
    const percent = Math.max(0, Math.min(100, row.progress));
    const fill = make('div', {class: 'fill'});
    fill.style.width = `${percent}%`;
    return make('div', {
        class: 'bar', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100,
        'aria-valuenow': Math.floor(percent), 'aria-valuetext': row.progress_display,
    }, fill);
}

function openCard(row) {
    const {trophy} = row;
    if (!trophy.is_progressive || row.current_value === null) {
        return card(trophy, 'open', make('p', {class: 'state'}, 'Not yet earned'));
    }
    return card(trophy, 'open', progressBar(row, `Progress towards ${trophy.name}`),
        make('p', {class: 'state'}, `${row.progress_display ?? ''} `,
            make('span', {class: 'percent'}, `${Math.floor(row.progress)} %`)));
}

function statisticsRows(s) {
    const optional = (value, write) => (value === null ? '–' : write(value));
    return [
        ['Workouts', s.total_workouts.toLocaleString()],
        ['Weight lifted', `${Math.floor(Number(s.total_weight_lifted)).toLocaleString()} kg`],
        ['Days in a row now', days(s.current_streak)],
        ['Most days in a row', days(s.longest_streak)],
        ['Full weekends in a row', s.weekend_workout_streak.toLocaleString()],
        ['Last workout', optional(s.last_workout_date, day)],
        ['Earliest start', optional(s.earliest_workout_time, daytime)],
        ['Latest start', optional(s.latest_workout_time, daytime)],
    ];
}

function fillList(list, cards, none) {
    list.replaceChildren(...(cards.length > 0 ? cards : [make('li', {class: 'none'}, none)]));
}

function show(awards, progress, statistics) {
    const earned = earnedCards(awards);
    const open = progress.filter((row) => !row.is_earned);
    byId('earned-title').textContent = `Earned (${earned.length})`;
    byId('open-title').textContent = `Still to earn (${open.length})`;
    fillList(byId('earned'), earned, 'None yet. The first workout earns the first one.');
    fillList(byId('open'), open.map(openCard), 'Nothing: you have them all.');
    byId('statistics').replaceChildren(...(statistics.length > 0
        ? statisticsRows(statistics[0]).map(([name, value]) =>
            make('div', {}, make('dt', {}, name), make('dd', {}, value)))
        : [make('div', {}, make('dt', {}, 'Workouts'), make('dd', {}, 'none counted yet'))]));
    byId('trophies').hidden = false;
    byId('earned-title').focus();
}

// ---- what happens

function clear() {
    byId('trophies').hidden = true;
    byId('waiting').textContent = '';
    byId('message').replaceChildren();
    for (const id of ['earned', 'open', 'statistics']) {
        byId(id).replaceChildren();
    }
}

function askForToken() {
    byId('sign-out').hidden = true;
    byId('sign-in').hidden = false;
    byId('token').focus();
}

function explain(trouble) {
    const known = trouble instanceof Trouble;
    const message = make('div', {class: 'message'}, make('p', {}, known ? trouble.message : CONFUSED));
    if (known && trouble.wrongToken) {
        sessionStorage.removeItem(TOKEN);
        askForToken();
        byId('token').setAttribute('aria-invalid', 'true');
    } else {
        const again = make('button', {type: 'button'}, 'Try again');
        again.addEventListener('click', load);
        message.append(again);
    }
    byId('message').replaceChildren(message);
}

async function load() {
    const token = sessionStorage.getItem(TOKEN);
    clear();
    byId('sign-in').hidden = true;
    byId('sign-out').hidden = false;
    byId('waiting').textContent = 'Reading your trophies …';
    let end;
    try {
        const [awards, progress, statistics] = await Promise.all(
            [readAwards(token), read('trophy/progress/?include_repeatable=true', token), read('user-statistics/', token)]);
        end = () => show(awards, progress, statistics.results);
    } catch (trouble) {
        end = () => explain(trouble);
    }
    if (sessionStorage.getItem(TOKEN) === token) { // not signed out meanwhile
        byId('waiting').textContent = '';
        end();
    }
}

byId('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    const token = byId('token').value.trim();
    byId('token').value = '';
    byId('token').removeAttribute('aria-invalid');
    sessionStorage.setItem(TOKEN, token);
    load();
});

byId('sign-out').addEventListener('click', () => {
    sessionStorage.removeItem(TOKEN);
    clear();
    askForToken();
});

if (sessionStorage.getItem(TOKEN)) {
    load();
} else {
    askForToken();
}
