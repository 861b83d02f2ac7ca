import type { INode, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrmTrigger } from '../../nodes/AlfaCrm/AlfaCrmTrigger.node';
import { eventTypes } from '../../nodes/AlfaCrm/entities/events';
import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { homepage } from '../../package.json';
import { CUSTOMER_TYPE } from '../support/codes';
import { triggers, alfaCrm, listNestedParameters, evaluateExpression } from '../support/form';
import { NODE } from '../support/nodeErrors';

const { description } = new AlfaCrmTrigger();

/** All events, and what the form of each asks for after Event, the notice and Branches. */
const EVENTS = [
	{ event: 'customerBirthday', label: 'Birthday', asksFor: 'birthdayIn simplify options timeZoneNotice' },
	{ event: 'customerArchived', label: 'Customer Archived', asksFor: 'simplify options' },
	{ event: 'customerAttended', label: 'Customer Attended Lesson', asksFor: 'simplify options' },
	{
		event: 'customerCreated',
		label: 'Customer Created',
		asksFor: 'is_study includeArchived filters simplify options',
	},
	{ event: 'customerJoinedGroup', label: 'Customer Joined Group', asksFor: 'simplify options' },
	{ event: 'customerLeftGroup', label: 'Customer Left Group', asksFor: 'simplify options' },
	{ event: 'customerMissed', label: 'Customer Missed Lesson', asksFor: 'simplify options' },
	{ event: 'customerUpdated', label: 'Customer Updated', asksFor: 'changedFields fetchRecord options' },
	{ event: 'inDebt', label: 'In Debt', asksFor: 'balanceBelow simplify options' },
	{ event: 'leadConverted', label: 'Lead Became Client', asksFor: 'fetchRecord options' },
	{ event: 'leadMoved', label: 'Lead Moved', asksFor: 'stages fetchRecord options' },
	{ event: 'lessonCancelled', label: 'Lesson Cancelled', asksFor: 'fetchRecord options' },
	{
		event: 'lessonComingUp',
		label: 'Lesson Coming Up',
		asksFor: 'hoursBefore simplify options timeZoneNotice',
	},
	{ event: 'lessonConducted', label: 'Lesson Completed', asksFor: 'fetchRecord options' },
	{ event: 'lessonCreated', label: 'Lesson Created', asksFor: 'fetchRecord options' },
	{ event: 'lessonsRunningOut', label: 'Lessons Running Out', asksFor: 'lessonsLeft simplify options' },
	{
		event: 'notSeen',
		label: 'Not Seen for N Days',
		asksFor: 'daysNotSeen simplify options timeZoneNotice',
	},
	{ event: 'paymentCreated', label: 'Payment Created', asksFor: 'simplify options' },
	{
		event: 'recordChanged',
		label: 'Record Changed',
		asksFor: 'entities events changedFields fetchRecord options',
	},
	{
		event: 'subscriptionEnding',
		label: 'Subscription Ending',
		asksFor: 'endsIn simplify options timeZoneNotice',
	},
	{ event: 'subscriptionSold', label: 'Subscription Sold', asksFor: 'simplify options' },
	{ event: 'taskCreated', label: 'Task Created', asksFor: 'fetchRecord options' },
];

/** The events of something that falls due, such as a debt. */
const DUE_EVENTS = [
	{ event: 'customerBirthday' },
	{ event: 'inDebt' },
	{ event: 'lessonsRunningOut' },
	{ event: 'notSeen' },
	{ event: 'subscriptionEnding' },
];

const LESSON_EVENT = 'lessonComingUp';

/** All other events: they tell of something that has just happened. */
const EVENTS_THAT_HAPPEN = EVENTS.filter(
	({ event }) => event !== LESSON_EVENT && !DUE_EVENTS.some((dueEvent) => dueEvent.event === event),
);

/** Reads the form that n8n shows for an event. */
function readForm(event: string): INodeProperties[] {
	const node: INode = { ...NODE, parameters: { event } };
	return description.properties.filter((property) =>
		NodeHelpers.displayParameter({ event, simplify: true }, property, node, description),
	);
}

/** Finds a parameter in the form of an event. */
function findParameter(event: string, name: string): INodeProperties | undefined {
	return readForm(event).find((parameter) => parameter.name === name);
}

/** Reads which options n8n offers for an event. */
function readOptionNames(event: string): string[] {
	const options = findParameter(event, 'options') as INodeProperties;
	const node: INode = { ...NODE, parameters: { event } };
	return listNestedParameters(options)
		.filter((option) => NodeHelpers.displayParameter({ event }, option, node, description, { event }))
		.map(({ name }) => name);
}

describe('The list of events', () => {
	const [eventParameter] = description.properties;
	const choices = eventParameter.options as INodePropertyOptions[];

	it('the list of events has all events, sorted by label', () => {
		expect(choices.map(({ name, value }) => ({ event: value, label: name }))).toEqual(
			EVENTS.map(({ event, label }) => ({ event, label })),
		);
		expect(EVENTS.map(({ label }) => label)).toEqual(EVENTS.map(({ label }) => label).sort());
	});

	it('the list of events has the events that are declared', () => {
		expect(eventTypes.map(({ value }) => value)).toEqual(EVENTS.map(({ event }) => event));
	});

	it('the list of events is preset to one of the events', () => {
		expect(choices.map(({ value }) => value)).toContain(eventParameter.default);
	});
});

describe('An event that AlfaCRM’s lists show', () => {
	it.each([
		{ event: 'customerCreated', resource: 'customer' },
		{ event: 'paymentCreated', resource: 'pay' },
	])('$event is about the entity $resource, which can be filtered by the day of creation', ({ resource }) => {
		const { filters } = entityOf(resource);

		expect(filters.map(({ name }) => name)).toContain('created_at_from');
	});

	it('two events come from lists of new records', () => {
		const eventsOfLists = eventTypes.filter(({ kind }) => kind === 'newCustomers' || kind === 'newRecords');

		expect(eventsOfLists.map(({ value }) => value)).toEqual(['customerCreated', 'paymentCreated']);
	});
});

describe('An event that AlfaCRM’s log shows', () => {
	const loggedEvents = eventTypes.flatMap((event) => (event.kind === 'logged' ? [event] : []));

	const eventsOfOneClass = loggedEvents.flatMap(({ value, className }) =>
		className === undefined ? [] : [{ event: value, className }],
	);

	it.each(eventsOfOneClass)(
		'$event is about the class $className, which belongs to an entity',
		({ className }) => {
			expect(entities.map((entity) => entity.className)).toContain(className);
		},
	);

	it.each([
		{ event: 'leadConverted', className: 'Customer', field: 'is_study' },
		{ event: 'leadMoved', className: 'Customer', field: 'lead_status_id' },
		{ event: 'lessonCancelled', className: 'Lesson', field: 'status' },
		{ event: 'lessonConducted', className: 'Lesson', field: 'status' },
	])('$event compares $field, which the entity of $className has', ({ className, field }) => {
		const entity = entities.find((candidate) => candidate.className === className);
		const fields = [
			...(entity?.fields ?? []),
			...(entity?.filters ?? []),
			...(entity?.hidden?.partition ? [entity.hidden.partition] : []),
		];

		expect(fields.map(({ name }) => name)).toContain(field);
	});

	it('four logged events compare a field', () => {
		const comparingEvents = loggedEvents.filter(
			({ changes, becomes }) => changes !== undefined || becomes !== undefined,
		);

		expect(comparingEvents.map(({ value, changes, becomes }) => [value, changes ?? becomes?.[0]])).toEqual([
			['leadConverted', 'is_study'],
			['leadMoved', 'lead_status_id'],
			['lessonCancelled', 'status'],
			['lessonConducted', 'status'],
		]);
	});
});

describe('The form of the polling trigger', () => {
	it.each(EVENTS)('the form of $event asks for: $asksFor', ({ event, asksFor }) => {
		const names = readForm(event).map(({ name }) => name);

		expect(names.join(' ')).toBe(`event beginNotice branchIds ${asksFor}`);
	});

	it.each([
		{ event: 'customerBirthday' },
		{ event: 'lessonComingUp' },
		{ event: 'notSeen' },
		{ event: 'subscriptionEnding' },
	])('the form of $event says which time zone it depends on', ({ event }) => {
		expect(findParameter(event, 'timeZoneNotice')?.displayName).toBe(
			"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.",
		);
	});

	it.each(DUE_EVENTS)(
		'the form of $event says that it reports each client once for each occasion',
		({ event }) => {
			expect(findParameter(event, 'beginNotice')?.displayName).toMatch(
				/^Reports each client once for each occasion\. What is due already .* 'First Poll Reports'/,
			);
		},
	);

	it('the form of lessonComingUp says that it reports each person once for each lesson', () => {
		expect(findParameter(LESSON_EVENT, 'beginNotice')?.displayName).toMatch(
			/^Reports each person once for each lesson, and once more if it is moved\./,
		);
	});

	it.each(EVENTS_THAT_HAPPEN)(
		'the form of $event says that it reports what happens after the activation',
		({ event }) => {
			expect(findParameter(event, 'beginNotice')?.displayName).toMatch(
				/^Reports what happens after the workflow is first activated, pauses included\./,
			);
		},
	);

	it('the form of recordChanged is preset to all records, all changes and all fields', () => {
		expect(findParameter('recordChanged', 'entities')?.default).toEqual([]);
		expect(findParameter('recordChanged', 'events')?.default).toEqual([]);
		expect(findParameter('recordChanged', 'changedFields')?.default).toEqual([]);
	});

	it('the form of customerCreated is preset to leads and clients who are not archived', () => {
		expect(findParameter('customerCreated', 'is_study')?.default).toBe(CUSTOMER_TYPE.all);
		expect(findParameter('customerCreated', 'includeArchived')?.default).toBe(false);
	});

	it('the options are preset so that a first poll reports nothing', () => {
		const options = description.properties.find(({ name }) => name === 'options') as INodeProperties;

		expect(listNestedParameters(options)).toMatchObject([
			{ name: 'firstPoll', default: 'nothing' },
			{ name: 'lookEvery', default: 60, typeOptions: { minValue: 1 } },
			{ name: 'maxPerPoll', default: 500, typeOptions: { minValue: 1 } },
			{ name: 'startWith', default: 0, typeOptions: { minValue: 0 } },
		]);
	});

	it.each(DUE_EVENTS)(
		'the form of $event offers First Poll Reports, Look Every and Max Records per Poll',
		({ event }) => {
			expect(readOptionNames(event)).toEqual(['firstPoll', 'lookEvery', 'maxPerPoll']);
		},
	);

	it('the form of lessonComingUp offers Look Every and Max Records per Poll', () => {
		expect(readOptionNames(LESSON_EVENT)).toEqual(['lookEvery', 'maxPerPoll']);
	});

	it.each(EVENTS_THAT_HAPPEN)(
		'the form of $event offers Max Records per Poll and Start With Newest',
		({ event }) => {
			expect(readOptionNames(event)).toEqual(['maxPerPoll', 'startWith']);
		},
	);
});

describe('The polling trigger', () => {
	it('the polling trigger polls with a credential and says so when it is activated', () => {
		expect(description).toMatchObject({
			polling: true,
			credentials: [{ name: 'alfaCrmApi', required: true }],
			activationMessage: expect.stringMatching(/\.$/) as string,
		});
	});

	it.each(EVENTS)(
		'the polling trigger shows "$label" in its subtitle when it waits for $event',
		({ event, label }) => {
			expect(evaluateExpression(String(description.subtitle), { event })).toBe(label);
		},
	);
});

describe('The codex of a node', () => {
	interface Codex {
		categories: string[];
		alias: string[];
		resources: Record<string, Array<{ url: string }>>;
	}

	const nodes = [alfaCrm, ...triggers].map((node) => ({ node: node.constructor.name }));

	/** Reads the file with which n8n's panel finds a node. */
	function readCodex(node: string): Codex {
		return jest.requireActual<Codex>(`../../nodes/AlfaCrm/${node}.node.json`);
	}

	it.each(nodes)('the codex puts $node into two categories', ({ node }) => {
		expect(readCodex(node).categories).toEqual(['Sales', 'Communication']);
	});

	// Another test tries these words in n8n's own search.
	it.each(nodes)('the codex finds $node by the names of AlfaCRM and of its users', ({ node }) => {
		expect(readCodex(node).alias).toEqual(
			expect.arrayContaining(['Альфа CRM', 'АльфаСРМ', 's20', 'school', 'школа']),
		);
	});

	it.each(nodes)('the codex finds $node by at least five words that no other node has', ({ node }) => {
		const otherNodes = nodes.filter((other) => other.node !== node);
		const wordsOfOtherNodes = otherNodes.flatMap((other) => readCodex(other.node).alias);

		const ownWords = readCodex(node).alias.filter((word) => !wordsOfOtherNodes.includes(word));

		expect(ownWords.length).toBeGreaterThanOrEqual(5);
	});

	it.each(nodes)('the codex leads from $node to the documentation', ({ node }) => {
		const { resources } = readCodex(node);
		const [homepageWithoutAnchor] = homepage.split('#');

		const pages = Object.values(resources).map(([{ url }]) => url.split('#')[0]);
		expect(Object.keys(resources).sort()).toEqual(['credentialDocumentation', 'primaryDocumentation']);
		expect(pages).toEqual([homepageWithoutAnchor, homepageWithoutAnchor]);
	});
});
