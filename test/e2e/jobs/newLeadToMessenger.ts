import type { Job } from './types';

export const newLeadToMessenger: Job = {
	name: 'new-lead-to-messenger',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		await example.takeBaseline();
		const lead = (name: string, branch: number, email: string[] = []) =>
			sandbox.store.insert('customer', {
				name,
				email,
				is_study: 0,
				phone: ['+7(900)000-99-01'],
				branch_ids: [branch],
				created_at: `${example.today} 10:00:00`,
			});
		const message = ({ id, name }: ReturnType<typeof lead>, branch: number) => {
			const card = `${sandbox.url}/company/${branch}/lead/view?id=${id}`;
			return {
				to: '123456789',
				text: `Новый лид: ${String(name)}\nТелефон: +7(900)000-99-01\nПочта: не указана\nДобавлен: ${example.today} 10:00:00\nКарточка: ${card}`,
			};
		};

		const rosa = lead('Первая Роза', 1);
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([message(rosa, 1)]);

		const carp = lead('Второй Карп', 2);
		sandbox.store.insert('customer', { name: 'Клиент Пётр', is_study: 1, branch_ids: [1] });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([message(carp, 2)]);

		const odd = lead('Роза & Ко <тест>', 1, ['rosa_carp@example.org']);
		const { text } = message(odd, 1);
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			{ to: '123456789', text: text.replace('не указана', 'rosa_carp@example.org') },
		]);
	},
	otherPromises: {
		'tells of an import only as many at once as Telegram takes': async (start, { sandbox }) => {
			const example = await start('package');
			await example.takeBaseline();
			const imported = Array.from({ length: 20 }, (_, index) => `Лид ${index + 101}`);
			for (const name of imported) {
				const created_at = `${example.today} 10:00:00`;
				sandbox.store.insert('customer', { name, is_study: 0, branch_ids: [1], created_at });
			}
			const told = async () =>
				example
					.readMessagesOf(await example.pollAgain())
					.map(({ text }) => /^Новый лид: (.*)/.exec(String(text))?.[1]);
			const [first, rest] = [await told(), await told()];
			expect(first).toHaveLength(15);
			expect([...first, ...rest]).toEqual(imported);
		},
	},
};
