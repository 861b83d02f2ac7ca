import { between, LOG, range, World } from './support/world';
afterEach(() => { jest.restoreAllMocks(); });
it('y', async () => {
		const world = new World({ settings: {pageSize: 2}, parameters: {...LOG, entities: ['Customer'], options: {maxPerPoll: 1}} });
		await world.poll();
		const lines: string[] = [];
		between(world, async (asked, real) => {
			const answer = await real();
			const ids = (answer.items as Array<{ entity_id: number }>).map((one) => one.entity_id);
			lines.push(`page ${String(asked.body?.page)} size ${String(asked.body?.pageSize)} from ${String(asked.body?.date_from)} total ${String(answer.total)} ${ids[0]}-${ids.at(-1)}`);
			return answer;
		});
		world.log();
		for (const n of range(1, 31)) { world.log({ values: { entity: n % 5 === 1 ? 'Customer' : 'Lesson' } }); world.pass(120); }
		const poll = async () => { const out = await world.poll(); const s = JSON.stringify(world.poller.state); lines.push(`-> ${out.join()} ${s.slice(s.indexOf('"newest"'), s.indexOf('"isAll"'))} done ${s.slice(s.indexOf('"done"'), s.indexOf('"newest"'))}`); };
		await poll();
		for (const _ of range(1, 9)) { world.pass(5); await poll(); }
		console.error(lines.join('\n'));
}, 100_000);
