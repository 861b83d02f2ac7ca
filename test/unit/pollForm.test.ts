import type { INode, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrmTrigger } from '../../nodes/AlfaCrm/AlfaCrmTrigger.node';
import type { EventType } from '../../nodes/AlfaCrm/entities/events';
import { eventTypes } from '../../nodes/AlfaCrm/entities/events';
import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { homepage } from '../../package.json';
import { triggers, alfaCrm, childrenOf, evaluated } from '../support/form';
import { NODE } from '../support/nodeErrors';
import { areUnique, isSorted } from './wordingRules';

const { description } = new AlfaCrmTrigger();
const TABLE = eventTypes.map((event): [string, EventType] => [event.value, event]);

/** What the form shows for an event, as n8n itself decides it. */
function formOf(event: string): INodeProperties[] {
	const node: INode = { ...NODE, parameters: { event } };
	return description.properties.filter((property) =>
		NodeHelpers.displayParameter({ event, simplify: true }, property, node, description),
	);
}

describe('the events', () => {
	it('are those of the form, in its order', () => {
		const [event] = description.properties;
		expect((event.options as INodePropertyOptions[]).map(({ name, value }) => [name, value])).toEqual(
			eventTypes.map(({ label, value }) => [label, value]),
		);
		expect(isSorted(eventTypes.map(({ label }) => label))).toBe(true);
		expect(areUnique(eventTypes.map(({ value }) => value))).toBe(true);
		expect(eventTypes.map(({ value }) => value)).toContain(event.default);
	});

	it.each(TABLE)('%s names an entity that there is, with the fields that it looks at', (_value, event) => {
		if (event.kind === 'derived' || event.kind === 'dueDate' || event.kind === 'comingLessons') return;
		if (event.kind !== 'logged') {
			const { filters } = entityOf(event.kind === 'newCustomers' ? 'customer' : event.resource);
			expect(filters.map(({ name }) => name)).toContain('created_at_from');
			return;
		}
		if (event.className === undefined) return;
		const entity = entities.find(({ className }) => className === event.className);
		const known = [...(entity?.fields ?? []), ...(entity?.filters ?? [])].map(({ name }) => name);
		const looked = [event.changes, event.becomes?.[0]].filter((name) => name !== undefined);
		expect(
			looked.filter((name) => !known.includes(name) && name !== entity?.hidden?.partition?.name),
		).toEqual([]);
		expect(entity).toBeDefined();
	});
});

describe('the form of the polling trigger', () => {
	const common = ['event', 'beginNotice', 'branchIds', 'options'];
	const byClock = ['customerBirthday', 'lessonComingUp', 'notSeen', 'subscriptionEnding'];
	const own: Record<string, string[]> = {
		customerArchived: ['simplify'],
		customerBirthday: ['birthdayIn', 'simplify'],
		inDebt: ['balanceBelow', 'simplify'],
		lessonsRunningOut: ['lessonsLeft', 'simplify'],
		notSeen: ['daysNotSeen', 'simplify'],
		subscriptionEnding: ['endsIn', 'simplify'],
		customerAttended: ['simplify'],
		customerJoinedGroup: ['simplify'],
		customerLeftGroup: ['simplify'],
		customerMissed: ['simplify'],
		subscriptionSold: ['simplify'],
		customerCreated: ['is_study', 'includeArchived', 'filters', 'simplify'],
		customerUpdated: ['changedFields', 'fetchRecord'],
		leadConverted: ['fetchRecord'],
		leadMoved: ['stages', 'fetchRecord'],
		lessonCancelled: ['fetchRecord'],
		lessonConducted: ['fetchRecord'],
		lessonComingUp: ['hoursBefore', 'simplify'],
		lessonCreated: ['fetchRecord'],
		paymentCreated: ['simplify'],
		recordChanged: ['entities', 'events', 'changedFields', 'fetchRecord'],
		taskCreated: ['fetchRecord'],
	};

	it.each(TABLE)('shows for %s what it takes, once', (value) => {
		const names = formOf(value).map(({ name }) => name);
		const notices = byClock.includes(value) ? ['timeZoneNotice'] : [];
		expect([...names].sort()).toEqual([...common, ...own[value], ...notices].sort());
		expect(names[0]).toBe('event');
		expect(names.at(-1)).toBe(notices[0] ?? 'options');
	});

	it.each(TABLE)(
		'says for %s by which time zone it decides, if it depends on the day or the time',
		(value) => {
			const notice = formOf(value).find(({ name }) => name === 'timeZoneNotice');
			expect(notice?.displayName).toBe(
				byClock.includes(value)
					? "This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's."
					: undefined,
			);
		},
	);

	it.each(TABLE)('says for %s what it begins with, as is true of such events', (value, { kind }) => {
		const [notice] = formOf(value).filter(({ name }) => name === 'beginNotice');
		const begins: Partial<Record<typeof kind, RegExp>> = {
			dueDate: /^Reports each client once for each occasion\. What is due already .* 'First Poll Reports'/,
			comingLessons: /^Reports each person once for each lesson, and once more if it is moved\./,
		};
		expect(notice.displayName).toMatch(
			begins[kind] ?? /^Reports what happens after the workflow is first activated, pauses included\./,
		);
	});

	it('watches all there is by default, from now on', () => {
		const named = (name: string) => description.properties.find((property) => property.name === name);
		for (const name of ['entities', 'events', 'changedFields']) expect(named(name)?.default).toEqual([]);
		expect([named('is_study')?.default, named('includeArchived')?.default]).toEqual([2, false]);
		expect(childrenOf(named('options') as INodeProperties)).toMatchObject([
			{ name: 'firstPoll', default: 'nothing' },
			{ name: 'lookEvery', default: 60, typeOptions: { minValue: 1 } },
			{ name: 'maxPerPoll', default: 500, typeOptions: { minValue: 1 } },
			{ name: 'startWith', default: 0, typeOptions: { minValue: 0 } },
		]);
	});

	it.each(TABLE)('offers for %s the options that it has', (value, { kind }) => {
		const options = description.properties.find(({ name }) => name === 'options') as INodeProperties;
		const node: INode = { ...NODE, parameters: { event: value } };
		const shown = childrenOf(options).filter((option) =>
			NodeHelpers.displayParameter({ event: value }, option, node, description, { event: value }),
		);
		const offered: Partial<Record<typeof kind, string[]>> = {
			dueDate: ['firstPoll', 'lookEvery', 'maxPerPoll'],
			comingLessons: ['lookEvery', 'maxPerPoll'],
		};
		expect(shown.map(({ name }) => name)).toEqual(offered[kind] ?? ['maxPerPoll', 'startWith']);
	});

	it('polls, and needs a credential', () => {
		expect(description).toMatchObject({
			polling: true,
			credentials: [{ name: 'alfaCrmApi', required: true }],
			activationMessage: expect.stringMatching(/\.$/) as string,
		});
	});

	it('says in the subtitle which event it waits for, in words', () => {
		for (const [value, event] of TABLE)
			expect([value, evaluated(String(description.subtitle), { event: value })]).toEqual([
				value,
				event.label,
			]);
	});
});

describe('the codex', () => {
	interface Codex {
		categories: string[];
		alias: string[];
		resources: Record<string, Array<{ url: string }>>;
	}
	const codexOf = (file: string) => jest.requireActual<Codex>(`../../nodes/AlfaCrm/${file}.node.json`);
	const nodes = [alfaCrm, ...triggers].map((node) => node.constructor.name);

	it.each(nodes)('of %s is found by its name and by words of its own, and leads to the docs', (file) => {
		const { categories, alias, resources } = codexOf(file);
		expect(categories).toEqual(['Sales', 'Communication']);
		// What n8n's search makes of them is tried with that search itself.
		expect(alias).toEqual(expect.arrayContaining(['Альфа CRM', 'АльфаСРМ', 's20', 'school', 'школа']));
		const others = nodes.filter((one) => one !== file).flatMap((one) => codexOf(one).alias);
		expect(alias.filter((word) => !others.includes(word)).length).toBeGreaterThan(4);
		for (const [{ url }] of Object.values(resources)) {
			expect(url.split('#')[0]).toBe(homepage.split('#')[0]);
		}
		expect(Object.keys(resources).sort()).toEqual(['credentialDocumentation', 'primaryDocumentation']);
	});
});
