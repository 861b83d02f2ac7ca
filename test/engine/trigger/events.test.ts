import type { IDataObject } from 'n8n-workflow';

import { eventTypes } from '../../../nodes/AlfaCrm/entities/events';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

// The school of the demo, on some afternoon.
const school = useSchool({ today: '2026-11-30 14:20:00', settings: { now: '2026-11-30 14:20:00' } });
beforeAll(() => jest.useFakeTimers({ now: Date.parse('2026-11-30T11:20:00Z'), advanceTimers: true }));
afterAll(() => jest.useRealTimers());

/** Whose page in AlfaCRM is not known. */
const WITHOUT_PAGE = ['Lesson', 'Pay', 'Task'];
/** What an event tells beside the fields of its record: names of what those number, and who the customer is. */
const isBeside = (name: string) =>
	/_names?$/.test(name) || ['change', 'url', 'customer_phone', 'customer_email'].includes(name);
const isOfLog = (kind: string) => kind === 'logged' || kind === 'derived';

describe.each(eventTypes.map((event) => [event.value, event] as const))('%s', (value, { kind }) => {
	it('has samples in the demo, all of one shape: the record flat, its page, and the change', async () => {
		const items = await new Poller(school.engine, { event: value }).fetchTestEvent();
		expect(items.length).toBeGreaterThan(1);
		for (const item of items) {
			expect(Object.keys(item).filter((name) => !isBeside(name)).length).toBeLessThanOrEqual(10);
			const nested = Object.entries(item).filter(([, one]) => typeof one === 'object' && one !== null);
			expect(nested.map(([name]) => name)).toEqual(isOfLog(kind) ? ['change'] : []);
			expect(Object.keys(item).filter((name) => name.endsWith('Error') || name.endsWith('_error'))).toEqual(
				[],
			);
			const { entity = value === 'paymentCreated' ? 'Pay' : '' } = (item.change ?? {}) as IDataObject;
			const page = /\/company\/\d+\/(customer|lead)\/view\?id=\d+$/;
			if (WITHOUT_PAGE.includes(String(entity)) && kind !== 'derived') expect(item.url).toBeUndefined();
			else expect(item.url).toMatch(page);
		}
	});
});
