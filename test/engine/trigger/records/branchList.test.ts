import { httpFailure } from '../../support/direct';
import { between, CUSTOMERS, LARGE, LOG, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

it.each([
	['customers', CUSTOMERS, 403],
	['customers', CUSTOMERS, 500],
	['the log', LOG, 500],
])(
	'branches that are known are polled though their list fails: %s, %#',
	async (_what, parameters, status) => {
		const world = new World({ settings: LARGE, branches: 2, parameters });
		const add = () => (parameters === LOG ? world.log() : world.customer());
		add();
		let isFailing = false;
		between(world, async (asked, real) => {
			if (isFailing && asked.url.includes('branch/index')) throw httpFailure(status);
			return await real();
		});
		await world.poll();
		isFailing = true;
		world.pass(61);
		const id = add();
		expect(await world.poll()).toEqual([id]);
		expect(world.poller.notes.filter((note) => note.includes('could not list the branches'))).toHaveLength(1);
		// It is tried again at once.
		isFailing = false;
		await world.polls(1, 5);
		isFailing = true;
		await world.polls(1, 5);
		expect(world.poller.notes).toHaveLength(1);
	},
);
