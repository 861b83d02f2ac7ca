import type { Job, Start } from './types';

const greeting = (toEmail: string, name: string) => ({
	fromEmail: 'school@example.org',
	toEmail,
	subject: 'С днём рождения!',
	emailFormat: 'text',
	text: `Здравствуйте! Сегодня день рождения: ${name}. Поздравляем и желаем интересной учёбы!`,
});

/** With another day in "Day", as a user may type it. */
const onDay = async (start: Start, day: string) =>
	await start('package', (workflow) => {
		const text = JSON.stringify(workflow).replace('={{ $now.toISODate() }}', day);
		return JSON.parse(text) as typeof workflow;
	});

export const birthdayGreetings: Job = {
	name: 'birthday-greetings',
	play: async (start, side, { sandbox }) => {
		const stage = await start(side);
		const [, month, day] = stage.today.split('-');
		const client = (name: string, dob: string | null, email: string[], more = {}) =>
			sandbox.store.insert('customer', { name, dob, email, is_study: 1, branch_ids: [1], ...more });
		for (const { id } of sandbox.store.rows('customer')) sandbox.store.patch('customer', id, { dob: null });
		client('Орлова Мия', `${day}.${month}.2015`, ['mia@example.org'], { branch_ids: [1, 2] });
		client('Далёкий Ким', `${day}.${month}.2012`, ['kim@example.org'], { branch_ids: [3] });
		client('Тихий Том', `${day}.${month}.2014`, []);
		client('Другой День', `${day}.${month === '01' ? '02' : '01'}.2014`, ['other@example.org']);
		client('Бывший Лев', `${day}.${month}.2013`, ['gone@example.org'], { e_date: '2026-01-01' });
		client('Лид Рита', `${day}.${month}.2013`, ['lead@example.org'], { is_study: 0 });
		client('Без Даты', null, ['none@example.org']);

		const sent = stage.sent(await stage.run());

		expect(sent).toHaveLength(2);
		expect(sent).toEqual(
			expect.arrayContaining([
				greeting('mia@example.org', 'Орлова Мия'),
				greeting('kim@example.org', 'Далёкий Ким'),
			]),
		);
	},
	more: {
		'forgets nobody who was born on 29 February': async (start, { sandbox }) => {
			for (const { id } of sandbox.store.rows('customer')) sandbox.store.patch('customer', id, { dob: null });
			const born = { name: 'Високосный Юл', email: ['leap@example.org'], is_study: 1, branch_ids: [1] };
			sandbox.store.insert('customer', { ...born, dob: '29.02.2016' });
			const days: Array<[string, number]> = [
				['2027-02-28', 1],
				['2028-02-28', 0],
				['2028-02-29', 1],
			];
			for (const [day, messages] of days) {
				const stage = await onDay(start, day);
				expect(stage.sent(await stage.run())).toHaveLength(messages);
			}
		},
	},
};
