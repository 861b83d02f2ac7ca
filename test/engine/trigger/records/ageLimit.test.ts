import { CUSTOMERS, LARGE, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const DAY = 24 * 60;

/** Ahead of or behind the account's, by so many hours. */
function setClock(world: World, hours: number): void {
	jest.spyOn(Date, 'now').mockImplementation(() => world.now.plus({ hours }).toMillis());
}

describe('who comes into the filter later than two days after creation is no news', () => {
	it('leads become clients six days later, nothing is ever reported', async () => {
		const world = new World({ settings: LARGE, parameters: { ...CUSTOMERS, is_study: 1 } });
		world.customer();
		await world.poll();
		const leads: number[] = [];
		for (let day = 0; day < 21; day++) {
			range(1, 5).forEach(() => leads.push(world.customer()));
			await world.polls(12, 120);
			const turned = day < 6 ? [] : leads.slice((day - 6) * 5, (day - 5) * 5);
			for (const id of turned) world.school.store.patch('customer', id, { is_study: 1 });
		}
		await world.polls(3, 5);
		expect(world.out).toEqual([]);
	}, 100_000);

	it.each(['moved into the branch', 'restored'])(
		'a quiet branch, a customer of three weeks ago is %s',
		async (how) => {
			const parameters = { ...CUSTOMERS, includeArchived: false, branchIds: [1] };
			const world = new World({ settings: LARGE, branches: 2, parameters });
			world.customer();
			await world.poll();
			const id =
				how === 'restored' ? world.customer({ e_date: '2026-02-01' }) : world.customer({ branch_ids: [2] });
			await world.polls(21 * 6, 240);
			world.school.store.patch('customer', id, { branch_ids: [1], e_date: '2030-12-31' });
			await world.polls(3, 60);
			expect(world.out).toEqual([]);
		},
		100_000,
	);
});

describe('who is new is news, whatever n8n has been told of the time', () => {
	it('n8n is off for three weeks', async () => {
		const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
		world.customer();
		await world.polls(20, 4 * 60);
		const ids = range(1, 42).map(() => {
			world.pass(DAY / 2);
			return world.customer();
		});
		world.poller.restart();
		await world.polls(3, 5);
		expect(world.out).toEqual(ids);
	});

	it.each([
		['right, then 1,000 hours ahead', 0, 1_000],
		['56 years behind, then right', -490_000, 0],
		['1,000 hours ahead, then right', 1_000, 0],
		['always 1,000 hours ahead', 1_000, 1_000],
		['always 1,000 hours behind', -1_000, -1_000],
	])('its clock is %s', async (_how, before, after) => {
		const world = new World({ settings: LARGE, parameters: CUSTOMERS });
		world.customer();
		setClock(world, before);
		await world.polls(40, 4 * 60);
		setClock(world, after);
		await world.polls(40, 4 * 60);
		const ids: number[] = [];
		for (let n = 0; n < 20; n++) {
			ids.push(world.customer());
			await world.polls(2, 8 * 60);
		}
		expect(world.out).toEqual(ids);
	});

	it('their time of creation cannot be read', async () => {
		const settings = { ...LARGE, ignoredFilters: ['customer.created_at_from'] };
		const world = new World({ settings, parameters: CUSTOMERS });
		world.customer();
		await world.polls(40, 4 * 60);
		const ids = [null, '10.01.2026 12:00', 'yesterday'].map((created_at) => world.customer({ created_at }));
		await world.polls(3, 5);
		expect(world.out).toEqual(ids);
	});
});
