import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { LARGE, LOG, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const [HOUR, DAY] = [60, 1_440];
const inMonths = (months: number) => months * 730;

/** A school of two branches with some customers, and a trigger that has begun. */
async function begun({ there = [{}], aheadHours = 0 }: { there?: JsonObject[]; aheadHours?: number }) {
	const parameters: INodeParameters = { event: 'customerCreated' };
	const world = new World({ branches: 2, parameters, aheadHours });
	there.forEach((values, n) =>
		world.customer({ is_study: 1, ...values }, { ago: (there.length - n) * 20 * HOUR }),
	);
	expect(await world.polls(2, 5)).toEqual([]);
	return world;
}

describe("AlfaCRM's clock", () => {
	it.each([-9, 9])('may differ by %i months', async (months) => {
		const world = await begun({ there: Array<JsonObject>(30).fill({}), aheadHours: inMonths(months) });
		for (let day = 0; day < 8; day++) {
			world.pass(DAY);
			const ids = [world.customer(), world.customer({ branch_ids: [2] }, { ago: 40 * HOUR })];
			expect(await world.poll()).toEqual(ids);
			expect(await world.poll()).toEqual([]);
		}
		expect(world.stateBytes).toBeLessThan(3_000);
	});

	it.each([-9, 9])('may be put right by %i months while the trigger is at work', async (months) => {
		const world = await begun({ aheadHours: inMonths(-months) });
		const first = world.customer();
		expect(await world.poll()).toEqual([first]);
		const right = world.now.plus({ hours: months > 0 ? 20 : -20 }).toFormat('yyyy-MM-dd HH:mm:ss');
		world.school.settings.now = right;
		const second = world.customer({ created_at: right });
		expect(await world.poll()).toEqual([second]);
		expect(await world.poll()).toEqual([]);
	});

	it.each(['2099-01-01 00:00:00', '9999-12-31 23:59:59'])(
		'does not matter for a row of %s',
		async (created_at) => {
			const world = await begun({ there: [{ created_at }, {}] });
			const ids = [world.customer(), world.customer({ created_at }), world.customer({}, { ago: 40 * HOUR })];
			expect(await world.poll()).toEqual(ids);
			expect(await world.poll()).toEqual([]);
			const next = world.customer();
			expect(await world.poll()).toEqual([next]);
		},
	);

	it.each([null, '', '0000-00-00 00:00:00', 'gestern'])(
		'does not matter for rows whose time is %j, if they are listed',
		async (created_at) => {
			const world = await begun({ there: [] });
			world.school.settings.ignoredFilters = ['customer.created_at_from'];
			const timeless = () => {
				const id = world.customer();
				world.school.store.setDerived('customer', id, { created_at });
				return id;
			};
			const ids = [...range(1, 25).map(timeless), world.customer({}, { ago: 3 * HOUR })];
			expect(await world.poll()).toEqual(ids);
			for (let polls = 0; polls < 3; polls++) expect(await world.poll()).toEqual([]);
			const next = timeless();
			expect(await world.poll()).toEqual([next]);
			expect(await world.poll()).toEqual([]);
		},
	);
});

describe('the change log', () => {
	it('in the hour that comes twice in autumn, loses and repeats nothing', async () => {
		const world = new World({ parameters: LOG, begin: '2026-10-25 00:40:00' });
		const change = (time: string) => world.log({ values: { date_time: `2026-10-25 ${time}` } });
		['01:00:00', '02:30:00'].forEach(change);
		expect(await world.poll()).toEqual([]);
		const made = ['02:50:00', '02:59:59', '02:00:00', '02:10:00', '02:59:59', '03:00:00', '03:10:00'];
		for (const time of made) {
			const id = change(time);
			expect([...(await world.poll()), ...(await world.poll())]).toEqual([id]);
		}
	});

	it('may show an entry 20 hours late', async () => {
		const world = new World({ settings: LARGE, parameters: LOG, begin: '2026-02-10 23:50:00' });
		world.log();
		await world.polls(1, 5);
		const late = world.log({ hiddenMinutes: 20 * HOUR });
		await world.polls(22, HOUR, () => world.log());
		expect(world.out.filter((id) => id === late)).toHaveLength(1);
	});
});
