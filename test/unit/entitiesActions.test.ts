import { entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity } from '../../nodes/AlfaCrm/entities/types';
import { reads } from '../support/actionKinds';
import { askedBy, CERTAINTIES, labelsOf, namesOf, OPERATIONS, repeated, returned, TABLE } from './declared';

const ACTIONS = TABLE.flatMap(([resource, entity]) =>
	(entity.actions ?? []).map((action): [string, Action, Entity] => [
		`${resource}.${action.name}`,
		action,
		entity,
	]),
);

describe.each(ACTIONS)('%s', (_key, action, { label, plural, path, actions = [] }) => {
	const { name, title, description, idAs, query = [], body = [], fixed = {}, kind } = action;
	const saves = !reads(kind);

	it('is a verb in camelCase of its own, and says how sure it is', () => {
		expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
		expect(OPERATIONS).not.toContain(name);
		expect(actions.filter((other) => other.name === name)).toHaveLength(1);
		expect(actions.filter((other) => other.label === action.label)).toHaveLength(1);
		expect(CERTAINTIES).toContain(action.certainty);
	});

	it('tells what it does to which record', () => {
		expect(title).toMatch(/^[A-Z][a-z ]+$/);
		// A lead is a customer.
		expect(title.toLowerCase()).toMatch(
			new RegExp(`\\b(${label.toLowerCase()}|${plural.toLowerCase()}|leads?)\\b`),
		);
		if (description !== undefined) expect(description).toMatch(/^[A-Z].{4,}/);
	});

	it('goes to a URL that AlfaCRM can have', () => {
		expect(action.path ?? path).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(action.action).toMatch(/^[a-z]+(-[a-z]+)*$/);
		if (idAs !== undefined) expect(idAs).toMatch(/^(id|[a-z]+_ids?)$/);
	});

	it('asks for nothing twice', () => {
		expect(repeated([...namesOf(query), ...(idAs ? [idAs] : [])])).toEqual([]);
		expect(repeated([...namesOf(body), ...Object.keys(fixed)])).toEqual([]);
		// Both parts of a call share the form.
		expect(repeated(namesOf(askedBy(action)))).toEqual([]);
		expect(repeated(labelsOf(askedBy(action)))).toEqual([]);
	});

	it('sends nothing of its own accord where it only reads', () => {
		if (!saves) expect(action.fixed).toBeUndefined();
		expect(name.startsWith('get')).toBe(!saves);
	});

	it('shows no name twice', () => {
		expect(repeated(namesOf(action.outputFields))).toEqual([]);
	});

	it('that adds a record adds one of an entity that can be created, and compares fields that it has', () => {
		if (action.kind !== 'createIfAbsent') return;
		const { entity: resource, filterBy = {}, ignoreWhen = {}, query: more = {} } = action.creates;
		const { recentBy } = action.creates;
		const added = entityOf(resource);
		expect([added.path, action.action]).toEqual([action.path, 'create']);
		expect(added.operations).toContain('create');
		const has = namesOf(returned(added));
		const compared = [...Object.keys(ignoreWhen), ...(recentBy ? [recentBy] : [])];
		expect(compared.filter((field) => !has.includes(field))).toEqual([]);
		expect(Object.keys(filterBy).filter((filter) => !namesOf(added.filters).includes(filter))).toEqual([]);
		expect(Object.values(filterBy).filter((field) => !has.includes(field))).toEqual([]);
		const sent = [...namesOf(body), ...Object.keys(fixed), ...Object.keys(more), idAs];
		const required = [...added.fields, ...(added.keys ?? [])].filter((field) => field.required);
		expect(namesOf(required).filter((field) => !sent.includes(field))).toEqual([]);
	});
});
