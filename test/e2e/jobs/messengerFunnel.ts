import { addClientWithPhone, readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/messenger-message';

export const messengerFunnel: Job = {
	name: 'messenger-funnel',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		const address = await example.publishWebhook(PATH);
		const call = async (body: object) => {
			const headers = { 'content-type': 'application/json' };
			return (await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })).status;
		};
		const send = async (body: object) =>
			await example.waitForRunStartedBy(async () => expect(await call(body)).toBe(200));
		const added = watchNewCustomers(sandbox);
		const stageOf = (name: string) => store.where('lead-status', 'name', name)[0].id;
		const [first, invited] = [stageOf('Новый'), stageOf('Назначено пробное')];

		const mia = { channel: 'Telegram', id: 123456789, username: 'mia_orlova', name: 'Мия' };
		const hello = { ...mia, text: 'Здравствуйте! Есть место?' };
		await send(hello);
		expect(added()).toMatchObject([{ name: 'Мия', is_study: 0, lead_status_id: first }]);
		const [{ id }] = added();
		const comments = () => readCommentsOf(sandbox, id);
		expect(comments()).toEqual(['Telegram: Здравствуйте! Есть место?']);

		// The same once more, as a messenger sends it that had no answer; then another message, without a username.
		store.patch('customer', id, { lead_status_id: invited });
		await send(hello);
		await send({ ...mia, username: undefined, text: 'А по субботам?' });
		expect(added()).toHaveLength(1);
		expect(comments().sort()).toEqual(['Telegram: А по субботам?', 'Telegram: Здравствуйте! Есть место?']);
		// Whom the manager has invited meanwhile is not taken back.
		expect(store.find('customer', id)).toMatchObject({ lead_status_id: invited });

		// By WhatsApp comes a number: that of a lead who stood in no example, and of nobody.
		const known = { is_study: 0, lead_status_id: null };
		const yan = addClientWithPhone(sandbox, '+7(900)000-77-33', { name: 'Орлов Ян', ...known });
		await send({ channel: 'WhatsApp', phone: '79000007733', name: 'Папа', text: 'Мы придём' });
		expect(store.find('customer', yan)).toMatchObject({ name: 'Орлов Ян', lead_status_id: first });
		expect(readCommentsOf(sandbox, yan)).toEqual(['WhatsApp: Мы придём']);
		await send({ channel: 'WhatsApp', phone: '79000007744', name: 'Ева' });
		expect(added()).toHaveLength(3);
		const eva = added()[2];
		expect(eva).toMatchObject({ name: 'Ева', lead_status_id: first });
		expect(readCommentsOf(sandbox, eva.id)).toEqual(['WhatsApp: (без текста)']);

		// Who shares the number later is known by WhatsApp, too; and who comes back from the archive is seen.
		store.patch('customer', id, { e_date: '2026-01-15' });
		await send({ ...mia, phone: '79000007755', name: 'М.', text: 'Мой номер' });
		await send({ channel: 'WhatsApp', phone: '79000007755', name: 'Мия', text: 'Это я' });
		expect(added()).toHaveLength(3);
		expect(store.find('customer', id)).toMatchObject({
			name: 'Мия',
			phone: ['+7(900)000-77-55'],
			e_date: '2030-12-31',
		});
		expect(comments()).toContain('WhatsApp: Это я');

		// Two at the same moment by somebody new.
		const two = ['Раз', 'Два'].map(async (text) => await call({ ...mia, id: 987, username: 'kim_o', text }));
		expect(await Promise.all(two)).toEqual([200, 200]);
		expect(added()).toHaveLength(4);
		expect(readCommentsOf(sandbox, added()[3].id)).toHaveLength(2);

		// Who cannot be told is an error, and the messenger may send it again.
		const nobody = example.waitForRunStartedBy(async () => expect(await call({ text: 'Кто я?' })).toBe(500));
		await expect(nobody).rejects.toThrow('in "Save Lead"');
		expect(added()).toHaveLength(4);
		await example.unpublish();
	},
};
