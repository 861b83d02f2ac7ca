import { between, LOG, range, SMALL, World } from './support/world';
afterEach(() => { jest.restoreAllMocks(); });
it.each([[1, 0.5], [2, 0.5], [1, 0.9], [2, 1.4]])('H70 arrivals %s x during whole, off %s days', async (each, days) => {
	const results: string[] = [];
	for (const count of [1_201, 1_204, 1_207, 1_210, 1_213, 1_216]) {
		const world = new World({ settings: SMALL, parameters: LOG });
		world.log();
		await world.poll();
		await world.polls(2, 5, () => world.log());
		world.pass(24 * 60);
		world.log();
		await world.poll();
		for (const _ of range(1, count)) { world.pass((days * 24 * 60) / count); world.log(); }
		let n = 0;
		world.school.onCall = () => { if (each > 0 && ++n % 10 === 0) for (const _ of range(1, each)) world.log(); };
		await world.polls(1, 5);
		world.school.onCall = () => {};
		await world.polls(30, 5);
		const lost = range(2, world.entries).filter((id) => !world.out.includes(id));
		const at = world.out.findIndex((id, i) => i > 0 && id < world.out[i - 1]);
		results.push(`${count}: lost ${lost.length} (${lost.slice(0,3).join()}) order ${at} rep ${world.repeated.length}`);
	}
	console.error(results.join('\n'));
}, 100_000);
