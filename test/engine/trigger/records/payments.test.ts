import { LARGE, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it('each payment of two branches comes once, though others are deleted', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { event: 'paymentCreated' } });
	const { store } = world.school;
	const pay = (branch: number) =>
		store.insert('pay', {
			branch_id: branch,
			customer_id: 1,
			pay_type_id: 1,
			income: '10.00',
			payer_name: 'x',
			document_date: '2026-02-10',
			created_at: world.account(0),
		}).id;
	pay(1);
	await world.poll();
	const ids: number[] = [];
	for (let n = 0; n < 30; n++) {
		ids.push(pay(1 + (n % 2)));
		if (n % 5 === 4) {
			await world.polls(1, 5);
			store.remove('pay', ids[ids.length - 1]);
		}
		await world.polls(2, 60 * 7);
	}
	expect(world.out).toEqual(ids);
});
