import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { eventTypes } from '../../../nodes/AlfaCrm/entities/events';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

/** Events that the log of changes tells of. Their items show the change. */
const EVENTS_WITH_CHANGE = [
	'customerArchived',
	'customerAttended',
	'customerJoinedGroup',
	'customerLeftGroup',
	'customerMissed',
	'customerUpdated',
	'leadConverted',
	'leadMoved',
	'lessonCancelled',
	'lessonConducted',
	'lessonCreated',
	'recordChanged',
	'subscriptionSold',
	'taskCreated',
];

const EVENTS_WITHOUT_CHANGE = [
	'customerBirthday',
	'customerCreated',
	'inDebt',
	'lessonComingUp',
	'lessonsRunningOut',
	'notSeen',
	'paymentCreated',
	'subscriptionEnding',
];

const ALL_EVENTS = [...EVENTS_WITH_CHANGE, ...EVENTS_WITHOUT_CHANGE];

/**
 * Events whose item is about a customer or a group, which have pages in AlfaCRM. Record Changed may be about
 * anything.
 */
const EVENTS_WITH_PAGE = [
	'customerArchived',
	'customerAttended',
	'customerBirthday',
	'customerCreated',
	'customerJoinedGroup',
	'customerLeftGroup',
	'customerMissed',
	'customerUpdated',
	'inDebt',
	'leadConverted',
	'leadMoved',
	'lessonComingUp',
	'lessonsRunningOut',
	'notSeen',
	'subscriptionEnding',
	'subscriptionSold',
];

const EVENTS_WITHOUT_PAGE = [
	'lessonCancelled',
	'lessonConducted',
	'lessonCreated',
	'paymentCreated',
	'taskCreated',
];

/** Events whose records are found by what the log hints at. */
const DERIVED_EVENTS = [
	'customerArchived',
	'customerAttended',
	'customerJoinedGroup',
	'customerLeftGroup',
	'customerMissed',
	'subscriptionSold',
];

const PAGE = /\/company\/\d+\/(customer|lead|group)\/view\?id=\d+$/;

/**
 * Fields that the node adds to those of the record: names, the page, the change, and how to reach the
 * customer.
 */
const ADDED_FIELDS = /_names?$|^(change|url|customer_phone|customer_email)$/;

/** Counts the fields of the record in a sample. */
function countRecordFields(sample: IDataObject): number {
	return Object.keys(sample).filter((name) => !ADDED_FIELDS.test(name)).length;
}

/** Lists the fields of a sample that say why a record is missing. */
function listErrorFields(sample: IDataObject): string[] {
	return Object.keys(sample).filter((name) => /_?[eE]rror$/.test(name));
}

/** Lists the fields of a sample that contain an object or a list. */
function listNestedFields(sample: IDataObject): string[] {
	return Object.keys(sample).filter((name) => typeof sample[name] === 'object' && sample[name] !== null);
}

function hasNoPage({ url }: IDataObject): boolean {
	return !PAGE.test(String(url));
}

it('The lists of events in this file name every event', () => {
	const values = eventTypes.map(({ value }) => value).sort();

	expect([...ALL_EVENTS].sort()).toEqual(values);
	expect([...EVENTS_WITH_PAGE, ...EVENTS_WITHOUT_PAGE, 'recordChanged'].sort()).toEqual(values);
});

describe.each([
	{ moment: 'on a Monday afternoon', now: '2026-11-30 14:20:00' },
	{ moment: 'in the night of a Saturday', now: '2027-03-06 00:10:00' },
])("'Fetch Test Event' in the demo school $moment", ({ now }) => {
	const school = useSchool({ today: now, settings: { now } });

	beforeAll(() => {
		jest.useFakeTimers({ now: Date.parse(`${now.replace(' ', 'T')}+03:00`), advanceTimers: true });
	});

	afterAll(() => {
		jest.useRealTimers();
	});

	const knownSamples = new Map<string, IDataObject[]>();

	/** Fetches the samples of an event, once for all tests. */
	async function fetchSamples(event: string, parameters: INodeParameters = {}): Promise<IDataObject[]> {
		const key = JSON.stringify({ event, parameters });
		const samples =
			knownSamples.get(key) ?? (await new Poller(school.engine, { event, ...parameters }).fetchTestEvent());
		knownSamples.set(key, samples);
		return samples;
	}

	/** Expects samples with at most ten fields of the record and without reasons for missing records. */
	function expectSmallSamplesWithoutErrors(samples: IDataObject[]): void {
		expect(samples).not.toEqual([]);
		expect(Math.max(...samples.map(countRecordFields))).toBeLessThanOrEqual(10);
		expect(samples.flatMap(listErrorFields)).toEqual([]);
	}

	it.each(EVENTS_WITH_CHANGE)(
		'a test of %s in the editor shows the change and at most ten plain fields of the record',
		async (event) => {
			const samples = await fetchSamples(event);

			expectSmallSamplesWithoutErrors(samples);
			expect(samples.map(listNestedFields)).toEqual(samples.map(() => ['change']));
		},
	);

	it.each(EVENTS_WITHOUT_CHANGE)(
		'a test of %s in the editor shows only plain fields, at most ten of them',
		async (event) => {
			const samples = await fetchSamples(event);

			expectSmallSamplesWithoutErrors(samples);
			expect(samples.flatMap(listNestedFields)).toEqual([]);
		},
	);

	it.each(EVENTS_WITH_PAGE)('each sample of %s has the page of the customer or group', async (event) => {
		const samples = await fetchSamples(event);

		expect(samples).not.toEqual([]);
		expect(samples.filter(hasNoPage)).toEqual([]);
	});

	it.each(EVENTS_WITHOUT_PAGE)(
		'the samples of %s have no page, because their record has none',
		async (event) => {
			const samples = await fetchSamples(event);

			expect(samples.filter(({ url }) => url !== undefined)).toEqual([]);
		},
	);

	it('the samples of Record Changed have the page of a changed customer', async () => {
		const samples = await fetchSamples('recordChanged', { entities: ['Customer'] });

		expect(samples).not.toEqual([]);
		expect(samples.filter(hasNoPage)).toEqual([]);
	});

	it('the samples of Record Changed have no page of a changed lesson', async () => {
		const samples = await fetchSamples('recordChanged', { entities: ['Lesson'] });

		expect(samples).not.toEqual([]);
		expect(samples.filter(({ url }) => url !== undefined)).toEqual([]);
	});

	it.each(DERIVED_EVENTS)('a test of %s in the editor reads no rooms', async (event) => {
		await new Poller(school.engine, { event }).fetchTestEvent();

		expect(school.readCalls()).not.toEqual([]);
		expect(school.readCalls()).not.toContain('room/index');
	});
});
