# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document: sound in itself, and true: the answers of the table test are what it says.

What the official meta-schema would find is looked for by hand here (tests need only Debian's packages);
openapi-spec-validator and schemathesis agree, tests/extra/schema runs them."""
import json
import pathlib
import re

import http_client
import pytest
import shim_cases
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

DATA = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'shim'
ROOT = DATA.parents[2]
API = json.loads((ROOT / 'shim' / 'page' / 'schema.json').read_text())
OPERATIONS = [(path, method) for path, item in API['paths'].items() for method in item if method != 'parameters']
STATUSES = {'200', '304', '400', '403', '404', '406', '414', '431', '503'}


def resolve(thing):
    while '$ref' in thing:
        found = API
        for key in thing['$ref'].removeprefix('#/').split('/'):
            found = found[key]
        thing = found
    return thing


def walk(thing, at='#'):
    """(place, object) of every object in the document."""
    if isinstance(thing, dict):
        yield at, thing
        for key, value in thing.items():
            yield from walk(value, f'{at}/{key}')
    elif isinstance(thing, list):
        for i, value in enumerate(thing):
            yield from walk(value, f'{at}/{i}')


def validator(schema):
    return Draft202012Validator(schema, resolver=RefResolver('', API), format_checker=FormatChecker())


def parameters(path, method):
    return [resolve(p) for p in [*API['paths'][path].get('parameters', []),
                                 *API['paths'][path][method].get('parameters', [])]]


def test_what_it_is():
    assert API['openapi'] == '3.1.0'
    assert set(API) == {'openapi', 'info', 'servers', 'tags', 'paths', 'components'}
    assert {'title', 'version'} <= set(API['info'])
    tags = {tag['name'] for tag in API['tags']}
    assert {tag for path, method in OPERATIONS for tag in API['paths'][path][method]['tags']} == tags


def test_references_lead_somewhere_and_nothing_lies_unused():
    used = {thing['$ref'] for _, thing in walk(API) if '$ref' in thing}
    for reference in used:
        assert resolve({'$ref': reference}), reference
    schemes = {name for _, thing in walk(API['paths']) for way in thing.get('security', []) for name in way}
    there = {f'#/components/{kind}/{name}' for kind, named in API['components'].items() for name in named}
    assert there - used == {f'#/components/securitySchemes/{name}' for name in schemes}


@pytest.mark.parametrize('path, method', OPERATIONS)
def test_operation(path, method):
    operation = API['paths'][path][method]
    named = [(p['in'], p['name']) for p in parameters(path, method)]
    assert len(named) == len(set(named))
    assert {name for place, name in named if place == 'path'} == set(re.findall(r'{(\w+)}', path))
    assert all(p.get('required') for p in parameters(path, method) if p['in'] == 'path')
    assert all(p['description'] and 'schema' in p for p in parameters(path, method))
    assert set(operation['responses']) <= STATUSES
    assert all(resolve(answer)['description'] for answer in operation['responses'].values())
    names = set(API['components']['securitySchemes'])
    assert all(set(way) <= names for way in operation['security'])


def test_operations_have_names_of_their_own():
    names = [API['paths'][path][method]['operationId'] for path, method in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize('name', API['components']['schemas'])
def test_schema_and_its_examples(name):
    schema = API['components']['schemas'][name]
    Draft202012Validator.check_schema(schema)
    for example in schema.get('examples', []):
        validator(schema).validate(example)
    for place, thing in walk(schema):
        if thing.get('type') == 'object' and 'properties' in thing:
            assert thing['additionalProperties'] is False, place
            assert set(thing['required']) <= set(thing['properties']), place


def test_a_wrong_row_is_not_valid():
    """So that the tests below can fail."""
    trophy = API['components']['schemas']['Trophy']
    right = trophy['examples'][0]
    for wrong in ({**right, 'id': '1'}, {**right, 'more': 1}, {k: v for k, v in right.items() if k != 'order'},
                  {**right, 'uuid': right['uuid'].upper()}, {**right, 'trophy_type': 'bogus'}):
        assert not validator(trophy).is_valid(wrong), wrong


def documented_path(target):
    path = target.split('?')[0]
    for known in API['paths']:
        if re.fullmatch(re.sub(r'{\w+}', r'[^/]+', known), path) and ('{' not in known or path not in API['paths']):
            return known
    return None


def table():
    for name in ('authentication', 'statuses', 'resources', 'parameters'):
        for case in shim_cases.read_cases(DATA / f'{name}.txt'):
            path = documented_path(case.target)
            # an id that is no number is no path of the document
            if path and case.method.lower() in API['paths'][path] and '"Not found."' not in ''.join(case.expected):
                yield pytest.param(case, path, id=f'{name}: {case.title}')


@pytest.mark.parametrize('case, path', table())
def test_the_answers_of_the_table(shared_shim, shim_values, case, path):
    answer = http_client.ask(shared_shim.port, case.method, case.target,
                             {name: shim_values.fill(value) for name, value in case.headers.items()})
    documented = resolve(API['paths'][path][case.method.lower()]['responses'][str(answer.status)])
    validator(documented['content']['application/json']['schema']).validate(json.loads(answer.text))
    for header in documented.get('headers', {}):
        assert header in answer.headers
    asked = {name.partition('=')[0] for name in case.target.partition('?')[2].split('&') if name}
    if 'unknown' not in case.title and 'not known' not in case.title:
        assert asked <= {p['name'] for p in parameters(path, case.method.lower())}


def test_rarity(shared_shim):
    answer = http_client.ask(shared_shim.port, 'GET', '/api/v2/trophy/?rarity=true')
    page = json.loads(answer.text)
    validator(API['components']['schemas']['TrophyPage']).validate(page)
    assert all('rarity' in row for row in page['results'])


def test_it_is_served_as_it_is(shared_shim):
    answer = http_client.ask(shared_shim.port, 'GET', '/api/v2/schema')
    assert answer.headers['Content-Type'] == 'application/json'
    assert json.loads(answer.text) == API
