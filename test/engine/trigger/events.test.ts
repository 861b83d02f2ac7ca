import type { IDataObject } from 'n8n-workflow';

import { eventTypes } from '../../../nodes/AlfaCrm/entities/events';
import { entityOfClass } from '../../../nodes/AlfaCrm/entities/registry';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const DAYS = ['2026-11-30 14:20:00', '2027-03-06 00:10:00'];

/** What an event tells beside the fields of its record: names of what those number, and who the customer is. */
const isBeside = (name: string) =>
	/_names?$/.test(name) || ['change', 'url', 'customer_phone', 'customer_email'].includes(name);
const isOfLog = (kind: string) => kind === 'logged' || kind === 'derived';

// The school of the demo on a Monday afternoon, and in the night of a Saturday.
describe.each(DAYS)('in the demo of %s', (now) => {
	const school = useSchool({ today: now, settings: { now } });
	beforeAll(() =>
		jest.useFakeTimers({ now: Date.parse(`${now.replace(' ', 'T')}+03:00`), advanceTimers: true }),
	);
	afterAll(() => jest.useRealTimers());

	it.each(eventTypes.map((event) => [event.value, event] as const))(
		'%s has samples, all of one shape: the record flat, its page, and the change',
		async (value, { kind }) => {
			school.sandbox.clearJournal();
			const items = await new Poller(school.engine, { event: value }).fetchTestEvent();
			expect(items.length).toBeGreaterThan(0);
			// No event shows a room.
			if (kind === 'derived') expect(school.readJournal('room/index')).toEqual([]);
			for (const item of items) {
				const names = Object.keys(item);
				expect(names.filter((name) => !isBeside(name)).length).toBeLessThanOrEqual(10);
				expect(names.filter((name) => /_?[eE]rror$/.test(name))).toEqual([]);
				const nested = names.filter((name) => typeof item[name] === 'object' && item[name] !== null);
				expect(nested).toEqual(isOfLog(kind) ? ['change'] : []);
				const { entity = value === 'paymentCreated' ? 'Pay' : 'Customer' } = (item.change ??
					{}) as IDataObject;
				const hasPage =
					kind === 'derived' ||
					kind === 'comingLessons' ||
					entityOfClass(String(entity))?.pages !== undefined;
				const page = expect.stringMatching(/\/company\/\d+\/(customer|lead|group)\/view\?id=\d+$/) as string;
				expect(item.url).toEqual(hasPage ? page : undefined);
			}
		},
	);
});
