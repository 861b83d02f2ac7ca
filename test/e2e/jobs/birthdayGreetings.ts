import { messageTo } from './schoolRows';
import type { Job, ImportExample } from './types';

const greeting = (to: string, name: string) =>
	messageTo(
		to,
		'С днём рождения!',
		`Здравствуйте! Сегодня день рождения: ${name}. Поздравляем и желаем интересной учёбы!`,
	);

export const birthdayGreetings: Job = {
	name: 'birthday-greetings',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const [, month, day] = example.today.split('-');
		const client = (name: string, dob: string | null, email: string[], more = {}) =>
			sandbox.store.insert('customer', { name, dob, email, is_study: 1, branch_ids: [1], ...more });
		for (const { id } of sandbox.store.rows('customer')) sandbox.store.patch('customer', id, { dob: null });
		client('Орлова Мия', `${day}.${month}.2015`, ['mia@example.org'], { branch_ids: [1, 2] });
		client('Далёкий Ким', `${day}.${month}.2012`, ['kim@example.org'], { branch_ids: [2] });
		client('Тихий Том', `${day}.${month}.2014`, []);
		client('Другой День', `${day}.${month === '01' ? '02' : '01'}.2014`, ['other@example.org']);
		client('Бывший Лев', `${day}.${month}.2013`, ['gone@example.org'], { e_date: '2026-01-01' });
		client('Лид Рита', `${day}.${month}.2013`, ['lead@example.org'], { is_study: 0 });
		client('Без Даты', null, ['none@example.org']);

		const first =
			side === 'http'
				? example.runManually()
				: example.waitForRunStartedBy(async () => await example.publish());
		const sent = example.readMessagesOf(await first);
		if (side === 'package') await example.unpublish();

		expect(sent).toHaveLength(2);
		expect(sent).toEqual(
			expect.arrayContaining([
				greeting('mia@example.org', 'Орлова Мия'),
				greeting('kim@example.org', 'Далёкий Ким'),
			]),
		);
	},
	otherPromises: {
		'says of a birthday on which n8n was off that it has passed': async (start) => {
			expect(await sentAfter(start, 1)).toMatchObject([
				{ text: expect.stringContaining('С прошедшим днём рождения: Орлова Мия.') as string },
			]);
		},
		'congratulates nobody on a birthday of last month': async (start) => {
			expect(await sentAfter(start, 7)).toHaveLength(1);
			expect(await sentAfter(start, 8)).toEqual([]);
		},
	},
};

/** What is sent where the trigger tells of a birthday so many days ago. */
async function sentAfter(start: ImportExample, days: number) {
	const missed = { name: 'Орлова Мия', email: 'mia@example.org', days_left: -days };
	const example = await start('package', ({ nodes: [about, ...nodes], connections, ...workflow }) => ({
		...workflow,
		nodes: [
			{ ...about, ...{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} } },
			...nodes.map((node) =>
				node.name !== 'Birthday'
					? node
					: {
							...{ ...node, type: 'n8n-nodes-base.set', typeVersion: 3.4, credentials: undefined },
							parameters: { mode: 'raw', jsonOutput: JSON.stringify(missed) },
						},
			),
		],
		connections: {
			...(connections as object),
			Start: { main: [[{ node: 'Birthday', type: 'main', index: 0 }]] },
		},
	}));
	return example.readMessagesOf(await example.runManually());
}
