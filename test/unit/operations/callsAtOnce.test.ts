import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { SmallSchool } from './school';

/** The clock moves only when all is waiting for it, so however busy the machine is, the same calls overlap. */
beforeEach(() => void jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z') }));
afterEach(() => void jest.useRealTimers());

let hosts = 0;

/** An AlfaCRM of its own, whose answers take as long as `msOf` says. */
function farAway(msOf: (call: string) => number) {
	const school = new SmallSchool();
	const hostname = `far${++hosts}`;
	const starts: number[] = [];
	/** With each call, how many were under way. */
	const underWay: number[] = [];
	let now = 0;
	let busyMs = 0;
	school.onCall = async (call) => {
		starts.push(Date.now());
		underWay.push((now += 1));
		await sleep(msOf(call));
		busyMs += msOf(call);
		now -= 1;
		return undefined;
	};
	return {
		school,
		starts,
		underWay,
		/** @returns how many calls were under way on average */
		run: async (parameters: IDataObject, each: IDataObject[], requestsPerSecond: number) => {
			const [begun, before] = [Date.now(), busyMs];
			let ended = 0;
			const credential = { hostname, requestsPerSecond };
			const running = school
				.done(parameters, { each, credential })
				.finally(() => (ended = Date.now()))
				.then(({ json }) => json);
			const [json] = await Promise.all([running, jest.runAllTimersAsync()]);
			expect(json).toHaveLength(each.length);
			return (busyMs - before) / (ended - begun);
		},
	};
}

const people = (count: number, from = 0) =>
	Array.from({ length: count }, (_unused, index) => ({
		name: `Лунная Вера ${from + index}`,
		phone: `+7(900)111-22-${10 + from + index}`,
	}));
const create: IDataObject = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	is_study: 0,
	legal_type: 1,
	additionalFields: {},
};

it.each([
	[60, 1],
	[199, 1],
	[201, 2],
	[390, 2],
	[410, 3],
	[700, 4],
	[1_500, 5],
])(
	'at a round trip of %i ms and 5 calls a second as many calls are under way as that needs: %i',
	async (ms, needed) => {
		const { run, starts, underWay } = farAway(() => ms);
		await run(create, people(30), 5);
		expect(Math.max(...underWay)).toBe(needed);
		const inASecond = starts.map((at) => starts.filter((one) => one >= at && one < at + 1_000).length);
		expect(Math.max(...inASecond)).toBeLessThanOrEqual(5);
	},
);

it('writes that take longer than reads do not make it one after another', async () => {
	const { run, school } = farAway((call) => (call === 'customer/create' ? 260 : 60));
	const upsert: IDataObject = {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		matchBy: 'phone',
		simplify: false,
		options: { searchBranches: [1] },
	};
	const items = people(80).map(({ name, phone }) => ({ phone, fieldsToSet: { name } }));
	await run(upsert, items.slice(0, 40), 0);
	// Five, but for the last items, beside which nothing is left to begin.
	expect(await run(upsert, items.slice(40), 0)).toBeGreaterThan(4);
	expect(school.rows('customer')).toHaveLength(80);
});
