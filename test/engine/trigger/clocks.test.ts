import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';
import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
const FORMAT = 'yyyy-MM-dd HH:mm:ss';
const inMonths = (months: number) => DateTime.utc().plus({ months }).toFormat(FORMAT);
const after = (time: string, hours: number) =>
	DateTime.fromSQL(time, { zone: 'utc' }).plus({ hours }).toFormat(FORMAT);

/** A school of two branches with some customers, and a trigger that has begun. */
async function begun(now: string, before: JsonObject[], parameters: INodeParameters = {}) {
	const school = new DirectSchool({ now }, 2);
	for (const values of before) school.store.insert('customer', { branch_ids: [1], is_study: 1, ...values });
	const poller = new Poller(engine, { event: 'customerCreated', ...parameters }, { send: school.send });
	expect(await poller.tick()).toEqual([]);
	const add = (values: JsonObject = {}) =>
		school.store.insert('customer', { branch_ids: [1], is_study: 0, ...values }).id;
	const poll = async () => (await poller.tick()).map(({ id }) => id);
	return { school, poller, add, poll };
}

describe("AlfaCRM's clock", () => {
	it.each([-9, -1, 1, 9])('may differ by %i months', async (months) => {
		const now = inMonths(months);
		const there = Array.from({ length: 30 }, (_, n) => ({ created_at: after(now, -20 * (30 - n)) }));
		const { school, poller, add, poll } = await begun(now, there);
		expect(await poll()).toEqual([]);
		for (let day = 1; day <= 20; day++) {
			school.settings.now = after(now, day * 24);
			const ids = [add(), add({ branch_ids: [2], created_at: after(now, day * 24 - 40) })];
			expect(await poll()).toEqual(ids);
			expect(await poll()).toEqual([]);
		}
		expect(JSON.stringify(poller.state).length).toBeLessThan(3_000);
	});

	it.each([-9, 9])('may be put right by %i months while the trigger is at work', async (months) => {
		const now = inMonths(0);
		const { school, add, poll } = await begun(now, [{ created_at: after(now, -5) }]);
		expect(await poll()).toEqual([]);
		const first = add();
		expect(await poll()).toEqual([first]);
		school.settings.now = after(now, months > 0 ? 20 : -20);
		const second = add();
		expect(await poll()).toEqual([second]);
		expect(await poll()).toEqual([]);
	});

	it.each(['2099-01-01 00:00:00', '9999-12-31 23:59:59'])(
		'does not matter for a row of %s',
		async (created_at) => {
			const now = inMonths(0);
			const { add, poll } = await begun(now, [{ created_at }, { created_at: after(now, -30) }]);
			expect(await poll()).toEqual([]);
			const ids = [add(), add({ created_at }), add({ created_at: after(now, -40) })];
			expect(await poll()).toEqual(ids);
			expect(await poll()).toEqual([]);
			const next = add();
			expect(await poll()).toEqual([next]);
		},
	);

	it.each([null, '', '0000-00-00 00:00:00', 'gestern'])(
		'does not matter for rows whose time is %j, if they are listed',
		async (created_at) => {
			const now = inMonths(0);
			const there = [...Array(25).fill({ created_at }), { created_at: after(now, -3) }] as JsonObject[];
			const { school, add, poll } = await begun(now, []);
			school.settings.ignoredFilters = ['customer.created_at_from'];
			expect(await poll()).toEqual([]);
			const timeless = () => {
				const id = add();
				school.store.setDerived('customer', id, { created_at });
				return id;
			};
			const ids = there.map(timeless);
			expect(await poll()).toEqual(ids);
			for (let polls = 0; polls < 3; polls++) expect(await poll()).toEqual([]);
			const next = timeless();
			expect(await poll()).toEqual([next]);
			expect(await poll()).toEqual([]);
		},
	);
});

describe('the change log', () => {
	const changes = (school: DirectSchool, ...times: string[]) =>
		times.map((date_time, index) => {
			const entity_id = school.store.rows('log').length + 1;
			school.store.insert('log', {
				entity: 'Task',
				event: 1,
				entity_id,
				date_time,
				branch_ids: [1],
				user_id: index,
			});
			return entity_id;
		});

	it('in the hour that comes twice in autumn, loses and repeats nothing', async () => {
		const school = new DirectSchool({ now: '2026-10-25 02:40:00' }, 1);
		changes(school, '2026-10-25 01:00:00', '2026-10-25 02:30:00');
		const parameters = { event: 'recordChanged', fetchRecord: false, branchIds: [1] };
		const poller = new Poller(engine, parameters, { send: school.send });
		const poll = async () => (await poller.tick()).map(({ entity_id }) => entity_id);
		expect(await poll()).toEqual([]);
		const reported: unknown[] = [];
		const made: number[] = [];
		for (const time of ['02:50:00', '02:59:59', '02:00:00', '02:10:00', '02:59:59', '03:00:00', '03:10:00']) {
			made.push(...changes(school, `2026-10-25 ${time}`));
			reported.push(...(await poll()), ...(await poll()));
		}
		expect(reported).toEqual(made);
	});
});

describe('an account that holds nothing the trigger wants', () => {
	it('yet may be empty', async () => {
		const { add, poll } = await begun(inMonths(0), []);
		expect(await poll()).toEqual([]);
		const ids = [add(), add({ branch_ids: [2] })];
		expect(await poll()).toEqual(ids);
		expect(await poll()).toEqual([]);
	});

	it('may have clients alone when leads are wanted', async () => {
		const now = inMonths(0);
		const clients = Array.from({ length: 50 }, (_, n) => ({ created_at: after(now, -9 * n) }));
		const { school, add, poll } = await begun(now, clients, { is_study: 0 });
		expect(await poll()).toEqual([]);
		add({ is_study: 1 });
		expect(await poll()).toEqual([]);
		const ids = [add(), add()];
		expect(await poll()).toEqual(ids);
		// A client from before the trigger's time that becomes a lead is no new lead.
		school.store.patch('customer', 50, { is_study: 0 });
		expect(await poll()).toEqual([]);
	});
});
