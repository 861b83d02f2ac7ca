import type { Row, Sandbox } from '../../../sandbox';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import type { Example } from '../support/example';
import { addClientWithPhone, watchNewPayments } from './schoolRows';
import type { Job } from './types';

const LOGIN = { user: 'office', password: 'a-password-of-a-test' };

// Rows of statements: day, number, income, expense, payer and purpose.
const PAYMENT_OF_MIA = '02.03.2026;17;3872,70;;ОРЛОВА А.;"Оплата по договору № Д-17; НДС нет"';
const PAYMENT_OF_YAN = '02.03.2026;1;4 200,00;;ОРЛОВ Б.;Обучение, договор 117/26 за март';
const RENT = '02.03.2026;18;;50000,00;ООО Дом;Аренда по договору Д-17';
const PAYMENT_OF_EVA = '03.03.2026;2;500,00;;ВЕТРОВА Е.;Договор Д-170';
const PAYMENT_WITHOUT_CONTRACT = '03.03.2026;3;600,00;;КТО-ТО;За занятия';
const SECOND_PAYMENT_OF_MIA = '03.03.2026;17;3872,70;;ОРЛОВА А.;дополнительно к договору Д-17';
const SECOND_PAYMENT_OF_YAN = '04.03.2026;4;700,00;;КТО-ТО;по договору№117/26';
const PAYMENT_FOR_17_LESSONS = '04.03.2026;5;800,00;;КТО-ТО;по договору 17 занятий';

export const bankStatement: Job = {
	name: 'bank-statement',
	play: async (importExample, side, { client }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.basic, 'httpBasicAuth', LOGIN);
		const school = await StatementSchool.open(await importExample(side));

		await enterOneStatementTwice(school);
		await enterStatementWithUnknownPayers(school);
		await enterStatementAgainWithNewClient(school);
		await enterUncertainContractNumbers(school);
		await refuseStatementsWithOtherColumns(school);
		await refuseUploadWithoutLogin(school);

		expect(school.readNewPayments()).toHaveLength(5);
		await school.example.unpublish();
	},
};

/** A school with two clients, and the form to which it uploads the statements of its bank. */
class StatementSchool {
	readonly mia: number;
	readonly yan: number;
	readonly readNewPayments: () => readonly Row[];

	private constructor(
		readonly example: Example,
		private readonly address: string,
	) {
		const { sandbox } = example;
		this.mia = addClientWithPhone(sandbox, '+7(900)000-77-22', { custom_dogovor: 'Д-17' });
		this.yan = addClientWithPhone(sandbox, '+7(900)000-77-33', {
			custom_dogovor: '117/26',
			branch_ids: [2],
		});
		this.readNewPayments = watchNewPayments(sandbox);
	}

	static async open(example: Example): Promise<StatementSchool> {
		const form = example.workflow.nodes.find(({ name }) => name === 'Statement');
		return new StatementSchool(example, await example.publishWebhook(`/form/${String(form?.webhookId)}`));
	}

	get sandbox(): Sandbox {
		return this.example.sandbox;
	}

	/** Uploads a statement, and waits until the workflow has entered its payments. */
	async enterStatement(statement: string): Promise<void> {
		await this.example.waitForRunStartedBy(async () => {
			expect(await this.upload(statement, LOGIN)).toBe(200);
		});
	}

	/** Uploads a statement, and returns the status of the answer. */
	async upload(statement: string, { user, password }: typeof LOGIN): Promise<number> {
		const body = new FormData();
		body.append('field-0', new Blob([statement], { type: 'text/csv' }), 'statement.csv');
		const { status } = await fetch(this.address, {
			method: 'POST',
			headers: { authorization: `Basic ${btoa(`${user}:${password}`)}` },
			body,
		});
		return status;
	}
}

/** Makes a statement as Excel saves it in Russia: with semicolons, and with a mark at the beginning. */
function makeStatement(...rows: string[]): string {
	const header = 'Дата;Номер;Поступление;Списание;Плательщик;Назначение';
	return `\uFEFF${[header, ...rows, ''].join('\r\n')}`;
}

/** Enters each payment of a statement once, with the client of the contract, and leaves out what the school has paid. */
async function enterOneStatementTwice(school: StatementSchool): Promise<void> {
	const statement = makeStatement(PAYMENT_OF_MIA, PAYMENT_OF_YAN, RENT);

	await school.enterStatement(statement);
	await school.enterStatement(statement);

	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia, branch_id: 1, income: '3872.70', document_date: '02.03.2026' },
		{ customer_id: school.yan, branch_id: 2, income: '4200.00', note: '[ID 02.03.2026 1] Выписка' },
	]);
}

/** Enters all payments of known payers, and then reports the others. The first row is in the last statement, too. */
async function enterStatementWithUnknownPayers(school: StatementSchool): Promise<void> {
	const statement = makeStatement(
		PAYMENT_OF_MIA,
		PAYMENT_OF_EVA,
		PAYMENT_WITHOUT_CONTRACT,
		SECOND_PAYMENT_OF_MIA,
	);

	await expect(school.enterStatement(statement)).rejects.toThrow(
		/^error in "Not Entered": Не записано: 2 от 03\.03\.2026, 500,00 \(AlfaCRM has no customer [^;]+\); 3 от 03\.03\.2026, 600,00 \([^;]+\) *$/,
	);

	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia, branch_id: 1, income: '3872.70', document_date: '02.03.2026' },
		{ customer_id: school.yan, branch_id: 2, income: '4200.00', note: '[ID 02.03.2026 1] Выписка' },
		{ customer_id: school.mia, income: '3872.70', note: '[ID 03.03.2026 17] Выписка' },
	]);
}

/** Uploads the last statement once more after Eva was added as a client. Only her payment is new. */
async function enterStatementAgainWithNewClient(school: StatementSchool): Promise<void> {
	const eva = addClientWithPhone(school.sandbox, '+7(900)000-77-44', { custom_dogovor: 'Д-170' });
	const statement = makeStatement(
		PAYMENT_OF_MIA,
		PAYMENT_OF_EVA,
		PAYMENT_WITHOUT_CONTRACT,
		SECOND_PAYMENT_OF_MIA,
	);

	await expect(school.enterStatement(statement)).rejects.toThrow(/Не записано: 3 от [^;]+$/);

	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia, branch_id: 1, income: '3872.70', document_date: '02.03.2026' },
		{ customer_id: school.yan, branch_id: 2, income: '4200.00', note: '[ID 02.03.2026 1] Выписка' },
		{ customer_id: school.mia, income: '3872.70', note: '[ID 03.03.2026 17] Выписка' },
		{ customer_id: eva, income: '500.00' },
	]);
}

/** Enters a payment whose contract number is written without a space. Does not take a number of lessons for a contract. */
async function enterUncertainContractNumbers(school: StatementSchool): Promise<void> {
	addClientWithPhone(school.sandbox, '+7(900)000-77-55', { custom_dogovor: '17' });
	const earlierPayments = school.readNewPayments();
	const statement = makeStatement(SECOND_PAYMENT_OF_YAN, PAYMENT_FOR_17_LESSONS);

	await expect(school.enterStatement(statement)).rejects.toThrow(
		/Не записано: 5 от 04\.03\.2026, 800,00 \(AlfaCRM has no customer [^;]+\) *$/,
	);

	expect(school.readNewPayments()).toMatchObject([
		...earlierPayments,
		{ customer_id: school.yan, income: '700.00' },
	]);
}

/** Reports the rows of a statement that has commas as separators, and of one without the column of the amount. */
async function refuseStatementsWithOtherColumns(school: StatementSchool): Promise<void> {
	const earlierPayments = school.readNewPayments();
	const statementWithCommas = makeStatement(PAYMENT_OF_YAN).replaceAll(';', ',');
	const statementWithoutAmount = makeStatement(PAYMENT_OF_YAN).replace('Поступление', 'Приход');

	await expect(school.enterStatement(statementWithCommas)).rejects.toThrow(
		/Не записано: undefined от undefined, нет столбца \([^;]+\) *$/,
	);
	await expect(school.enterStatement(statementWithoutAmount)).rejects.toThrow(
		/Не записано: 1 от 02\.03\.2026, нет столбца \([^;]+\) *$/,
	);

	expect(school.readNewPayments()).toEqual(earlierPayments);
}

/** Refuses a statement that is uploaded with a guessed password, without a call to AlfaCRM. */
async function refuseUploadWithoutLogin(school: StatementSchool): Promise<void> {
	const statement = makeStatement('04.03.2026;9;1,00;;Я;договор Д-17');
	school.sandbox.clearJournal();

	const status = await school.upload(statement, { user: 'office', password: 'guess' });

	expect(status).toBe(401);
	expect(school.sandbox.journal).toEqual([]);
}
