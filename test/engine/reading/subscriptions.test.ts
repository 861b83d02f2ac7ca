import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { given, officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, refused, run, set } = officeOf(school);

beforeEach(() => stopClock('2026-02-10T22:30:00Z'));
afterEach(() => jest.useRealTimers());

const list = (customer: number, dead?: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customerTariff',
	operation: 'getAll',
	branchId: 1,
	customer_id: pick(customer),
	...(dead === undefined ? {} : { dead: dead as number }),
	returnAll: true,
	...more,
});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);

const ACCOUNTS = ['all', 'current'].flatMap((deadDefault) =>
	[false, true].map((rowsShowDead): [string, boolean] => [deadDefault, rowsShowDead]),
);

describe.each(ACCOUNTS)(
	'subscriptions where a plain list shows %s and rows show dead: %s',
	(deadDefault, rowsShowDead) => {
		let customer: number;
		let current: number[];
		let ended: number[];

		beforeEach(() => {
			set({ deadDefault, rowsShowDead });
			customer = lead({ is_study: 1 });
			const make = (e_date: string | null) =>
				add('customer-tariff', { customer_id: customer, tariff_id: 1, b_date: '01.09.2024', e_date });
			current = [make('11.02.2026'), make('31.05.2026'), make(null)];
			ended = [make('31.05.2025'), make('09.02.2026')];
		});

		const found = async (dead?: number) =>
			ids(await run(list(customer, dead), { timezone: 'Europe/Moscow' }));
		const sent = () => school.entries('customer-tariff/index').map(({ body }) => (body as IDataObject).dead);

		it('current ones come without a word to AlfaCRM, and are what comes if nothing is chosen', async () => {
			expect([await found(), await found(0)]).toEqual([current, current]);
			expect(sent()).toEqual([undefined, undefined]);
		});

		it('current and archived ones come, or archived ones', async () => {
			expect([await found(1), await found(2)]).toEqual([[...current, ...ended], ended]);
			expect(sent()).toEqual([false, true]);
		});
	},
);

it('another choice is refused', async () => {
	for (const dead of [3, 'true', null]) await refused(list(1, given(dead)), "'Record Status'");
});
