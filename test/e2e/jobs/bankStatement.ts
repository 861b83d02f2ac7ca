import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { addClientWithPhone, watchNewPayments } from './schoolRows';
import type { Job } from './types';

const LOGIN = { user: 'office', password: 'a-password-of-a-test' };

/** A statement as Excel saves it in Russia. */
const csv = (...rows: string[]) =>
	['\uFEFFДата;Номер;Поступление;Списание;Плательщик;Назначение', ...rows, ''].join('\r\n');

export const bankStatement: Job = {
	name: 'bank-statement',
	play: async (start, side, { client, sandbox }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.basic, 'httpBasicAuth', LOGIN);
		const example = await start(side);
		const form = example.workflow.nodes.find(({ name }) => name === 'Statement');
		const mia = addClientWithPhone(sandbox, '+7(900)000-77-22', { custom_dogovor: 'Д-17' });
		const yan = addClientWithPhone(sandbox, '+7(900)000-77-33', {
			custom_dogovor: '117/26',
			branch_ids: [2],
		});
		const eva = { custom_dogovor: 'Д-170' };
		const entered = watchNewPayments(sandbox);
		const address = await example.publishWebhook(`/form/${String(form?.webhookId)}`);
		const upload = async (text: string, { user, password } = LOGIN) => {
			const body = new FormData();
			body.append('field-0', new Blob([text], { type: 'text/csv' }), 'statement.csv');
			const authorization = `Basic ${btoa(`${user}:${password}`)}`;
			return (await fetch(address, { method: 'POST', headers: { authorization }, body })).status;
		};
		const send = async (text: string) =>
			await example.waitForRunStartedBy(async () => expect(await upload(text)).toBe(200));

		const first = '02.03.2026;17;3872,70;;ОРЛОВА А.;"Оплата по договору № Д-17; НДС нет"';
		const second = '02.03.2026;1;4 200,00;;ОРЛОВ Б.;Обучение, договор 117/26 за март';
		const rent = '02.03.2026;18;;50000,00;ООО Дом;Аренда по договору Д-17';
		await send(csv(first, second, rent));
		await send(csv(first, second, rent));
		const paid = [
			{ customer_id: mia, branch_id: 1, income: '3872.70', document_date: '02.03.2026' },
			{ customer_id: yan, branch_id: 2, income: '4200.00', note: '[ID 02.03.2026 1] Выписка' },
		];
		expect(entered()).toMatchObject(paid);

		// The next statement begins with the last day of that one. Whoever is not found holds up no others.
		const unknown = '03.03.2026;2;500,00;;ВЕТРОВА Е.;Договор Д-170';
		const unnamed = '03.03.2026;3;600,00;;КТО-ТО;За занятия';
		const next = '03.03.2026;17;3872,70;;ОРЛОВА А.;дополнительно к договору Д-17';
		const told =
			/^error in "Not Entered": Не записано: 2 от 03\.03\.2026, 500,00 \(AlfaCRM has no customer [^;]+\); 3 от 03\.03\.2026, 600,00 \([^;]+\) *$/;
		await expect(send(csv(first, unknown, unnamed, next))).rejects.toThrow(told);
		const both = [...paid, { customer_id: mia, income: '3872.70', note: '[ID 03.03.2026 17] Выписка' }];
		expect(entered()).toMatchObject(both);

		// Entered in the meantime: the same file again brings the rest.
		const id = addClientWithPhone(sandbox, '+7(900)000-77-44', eva);
		await expect(send(csv(first, unknown, unnamed, next))).rejects.toThrow(/Не записано: 3 от [^;]+$/);
		expect(entered()).toMatchObject([...both, { customer_id: id, income: '500.00' }]);

		// Whose number is not sure is not guessed, and no row is dropped since it is not read as it was meant.
		const glued = '04.03.2026;4;700,00;;КТО-ТО;по договору№117/26';
		const count = '04.03.2026;5;800,00;;КТО-ТО;по договору 17 занятий';
		const unsure = /Не записано: 5 от 04\.03\.2026, 800,00 \(AlfaCRM has no customer [^;]+\) *$/;
		addClientWithPhone(sandbox, '+7(900)000-77-55', { custom_dogovor: '17' });
		await expect(send(csv(glued, count))).rejects.toThrow(unsure);
		const last = [...both, { customer_id: id }, { customer_id: yan, income: '700.00' }];
		expect(entered()).toMatchObject(last);
		await expect(send(csv(second).replaceAll(';', ','))).rejects.toThrow(
			/Не записано: undefined от undefined, нет столбца \([^;]+\) *$/,
		);
		await expect(send(csv(second).replace('Поступление', 'Приход'))).rejects.toThrow(
			/Не записано: 1 от 02\.03\.2026, нет столбца \([^;]+\) *$/,
		);
		expect(entered()).toMatchObject(last);

		// Nobody without the login brings money in.
		sandbox.clearJournal();
		expect(await upload(csv('04.03.2026;9;1,00;;Я;договор Д-17'), { ...LOGIN, password: 'guess' })).toBe(401);
		expect(sandbox.journal).toEqual([]);
		expect(entered()).toHaveLength(5);
		await example.unpublish();
	},
};
