import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';
import { CUSTOMER_TYPE, PAY_TYPE } from '../support/codes';
import { makeNode, TestNodeTypes } from './support/engine';
import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

/** The nodes of the examples, with the parameters that users import. */
const school = useSchool({ customers: 0 });
const { addClient, addLead, changeSettings, readCustomer, readPaymentsOf, readRecords, run, runToEnd } =
	frontDeskOf(school);

/** Reads the parameters of a node in an example. */
function readExample(example: string, nodeName: string): INodeParameters {
	const node = withPackage(example).nodes.find(({ name }) => name === nodeName);
	return node?.parameters as INodeParameters;
}

interface Condition {
	leftValue: string;
	rightValue: string;
}

/** Reads the conditions of a Filter or If node in an example. */
function readConditions(example: string, nodeName: string): Condition[] {
	return (readExample(example, nodeName).conditions as unknown as { conditions: Condition[] }).conditions;
}

/** Evaluates an expression of an example for an item. */
function evaluate(expression: string, json: IDataObject): unknown {
	const workflow = new Workflow({
		nodes: [makeNode('N', 'test.items', {})],
		connections: {},
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
	return workflow.expression.getParameterValue(expression, null, 0, 0, 'N', [{ json }], 'manual', {});
}

describe('The example bank-statement', () => {
	const TAKE_PAYMENT = readExample('bank-statement', 'Take Payment');

	/** Makes a row of a bank statement for contract 45. */
	function statementRow(values: IDataObject = {}): IDataObject {
		return {
			Дата: '01.09.2026',
			Номер: '12',
			Поступление: '3 872,70',
			Назначение: 'Договор № 45',
			...values,
		};
	}

	/** Adds a client with a contract. */
	const addClientWithContract = (contract: string) => addClient({ name: contract, custom_dogovor: contract });

	/** The numbers and words that the example might take for a contract in the purposes below. */
	const CONTRACTS = [
		'3',
		'4',
		'5',
		'10',
		'12',
		'17',
		'26',
		'45',
		'46',
		'117',
		'1045',
		'2026',
		'01',
		'09',
		'31',
		'Д-17',
		'А-17',
		'Б-17',
		'117/26',
		'05',
		'N',
		'o',
		'А',
		'А45',
		'б/н',
		'БН',
		'нет',
		'оферта',
	];

	/** Adds a client for each contract that might be read from a purpose. */
	function addClientsForAllContracts(): void {
		for (const contract of CONTRACTS) {
			addClientWithContract(contract);
		}
	}

	/** Enters a row of the statement, and returns the items of the error output. */
	async function enterRow(row: IDataObject): Promise<unknown[]> {
		const { errorItems } = await runToEnd(TAKE_PAYMENT, {
			items: [row],
			onError: 'continueErrorOutput',
		});
		return errorItems;
	}

	/** Reads the payments of customers. The school has others, which come from no customer. */
	const readCustomerPayments = () => readRecords('pay').filter(({ customer_id }) => customer_id !== null);

	/** Reads the contracts of the customers who have been charged. */
	const readChargedContracts = () =>
		readCustomerPayments().map(({ customer_id }) => readCustomer(customer_id).custom_dogovor);

	/** Enters a row whose purpose names no contract for certain, and expects that no customer is charged. */
	async function expectNobodyCharged(purpose: string): Promise<void> {
		addClientsForAllContracts();

		const errorItems = await enterRow(statementRow({ Назначение: purpose }));

		expect(errorItems).toHaveLength(1);
		expect(readChargedContracts()).toEqual([]);
	}

	it.each([
		{ purpose: 'Оплата по договору № 45 от 01.09.2026', contract: '45' },
		{ purpose: 'Оплата, договор №1045', contract: '1045' },
		{ purpose: 'Оплата по договору№1045', contract: '1045' },
		{ purpose: 'Оплата договор№1045 за март', contract: '1045' },
		{ purpose: 'Оплата обучения. Договор:1045', contract: '1045' },
		{ purpose: 'Договор: № 1045', contract: '1045' },
		{ purpose: 'договор45', contract: '45' },
		{ purpose: 'Договор#45', contract: '45' },
		{ purpose: 'договор-45', contract: '45' },
		{ purpose: 'Договор - 45', contract: '45' },
		{ purpose: 'договор  №  45', contract: '45' },
		{ purpose: 'Оплата по договору№45 за март', contract: '45' },
		{ purpose: 'Договор№45, Иванов', contract: '45' },
		{ purpose: 'За март (договор №45)', contract: '45' },
		{ purpose: 'за март (договор№45).', contract: '45' },
		{ purpose: 'по договору N 12', contract: '12' },
		{ purpose: 'по договору N12', contract: '12' },
		{ purpose: 'договор No 12', contract: '12' },
		{ purpose: 'договор No.12', contract: '12' },
		{ purpose: 'договор Nо 12', contract: '12' },
		{ purpose: 'договор № 12.', contract: '12' },
		{ purpose: 'В соответствии с договором № 12 за март', contract: '12' },
		{ purpose: 'ОПЛАТА ПО ДОГОВОРУ № Д-17; НДС НЕТ', contract: 'Д-17' },
		{ purpose: 'дополнительно к договору Д-17', contract: 'Д-17' },
		{ purpose: 'договорА-17', contract: 'А-17' },
		{ purpose: 'договор 117/26 за март', contract: '117/26' },
		{ purpose: 'договор 45 за 2026 год', contract: '45' },
		{ purpose: 'договор № 45 без НДС', contract: '45' },
		{ purpose: 'договор № 45, доп. соглашение № 3', contract: '45' },
		{ purpose: 'договор 45 за ноябрь и декабрь', contract: '45' },
		{ purpose: 'договор 45 Сидоров Иван', contract: '45' },
		{ purpose: 'ОПЛАТА ПО ДОГОВОРУ № 45 ИВАНОВА МАРИЯ', contract: '45' },
		{ purpose: 'ОПЛАТА ПО ДОГОВОРУ 45 ОТ 01.09.2026', contract: '45' },
		{ purpose: 'Орлова Мия 10 лет, договор № 45', contract: '45' },
		{ purpose: 'Оплата по договору № 45 от 1 сентября 2026 г.', contract: '45' },
		{ purpose: 'Оплата по договору № 45 от 01/09/2026', contract: '45' },
		{ purpose: 'договор 45 за 09.2026', contract: '45' },
		{ purpose: 'договор № 45 об оказании платных услуг', contract: '45' },
		{ purpose: 'договор № 45 в т.ч. НДС', contract: '45' },
		{ purpose: 'договор № 45 сентябрь', contract: '45' },
		{ purpose: 'Оплата по договору № 45 за сентябрь 2026 г. НДС не облагается', contract: '45' },
		{ purpose: 'договор №2026 за март', contract: '2026' },
	])('bank-statement charges contract $contract for "$purpose"', async ({ purpose, contract }) => {
		addClientsForAllContracts();

		const errorItems = await enterRow(statementRow({ Назначение: purpose }));

		expect(errorItems).toEqual([]);
		expect(readChargedContracts()).toEqual([contract]);
	});

	it.each([
		{ purpose: 'договор 12.05' },
		{ purpose: 'договор 12.05.2026' },
		{ purpose: 'по договору от 12.05 № 45' },
		{ purpose: 'По договору от 12.05.2026 №45' },
		{ purpose: 'договор 12 мая 2026 № 45' },
		{ purpose: 'договор № 12 мая 2026' },
		{ purpose: 'договор 5 занятий' },
		{ purpose: 'договор 3 месяца' },
		{ purpose: 'по договору 5 уроков за март' },
		{ purpose: 'договор № 10 45 за март' },
		{ purpose: 'по договору 3 семестр, Орлова М.' },
		{ purpose: 'договор 5 посещений' },
		{ purpose: 'договор 12 декабря' },
		{ purpose: 'договор 4 взнос' },
		{ purpose: 'договор 12 янв' },
	])(
		'bank-statement charges nobody for "$purpose", because the number may be a date, a count or a sum',
		async ({ purpose }) => {
			await expectNobodyCharged(purpose);
		},
	);

	it.each([
		{ purpose: 'договор № 45, договор № 46' },
		{ purpose: 'договор 45 и 46' },
		{ purpose: 'Оплата: договор № 45 (Петя), № 46 (Маша)' },
		{ purpose: 'Договор 45 Петя и 46 Маша' },
		{ purpose: 'Договор 45 Петя, 46 Маша' },
		{ purpose: 'Договор 45 Петя 46 Маша' },
		{ purpose: 'договор 45 или 46' },
		{ purpose: 'ДОГОВОР 45 ИВАНОВА МАРИЯ, 46 ИВАНОВ ПЕТР' },
		{ purpose: 'ДОГОВОР 45 (3000), 46 (2000)' },
		{ purpose: 'Договор 45 за сентябрь, 46 за сентябрь' },
		{ purpose: 'Договор 45 Иванова М.С. 46 Иванова М.С.' },
		{ purpose: 'Договор 45 Иванова М., дог. 46 Иванов П.' },
		{ purpose: 'Договор 45 Иванова 3000, Иванов 46 2000' },
		{ purpose: 'дог. 45 и договор 46' },
		{ purpose: 'Договор 2026 Петя, 2027 Маша' },
		{ purpose: 'договор №45(Петя),№46(Маша)' },
		{ purpose: 'Договор №45,Иванова;№46,Иванов' },
		{ purpose: '45(3000), договор 45(3000),46(2000)' },
		{ purpose: 'ОПЛАТА ПО ДОГОВОРУ 3 РЕБЕНКА' },
		{ purpose: 'ПО ДОГОВОРУ 12 СЕНТЯБРЯ' },
	])(
		'bank-statement charges nobody for "$purpose", because it may name several contracts',
		async ({ purpose }) => {
			await expectNobodyCharged(purpose);
		},
	);

	it.each([
		{ purpose: 'договор 45 Сидоров Иван 16 лет' },
		{ purpose: 'договор № 45 от 01.09.2026, 4500 руб' },
		{ purpose: 'Договор №45, дог. №46' },
		{ purpose: 'договор 45 Петя + 46 Маша' },
		{ purpose: 'договоры № 45, 46' },
		{ purpose: 'по договорам №№ 45 и №46' },
		{ purpose: 'договор 45/46' },
		{ purpose: 'договор 45 от 46 Маша' },
		{ purpose: 'Договор 45 Петя, за 46.2026' },
		{ purpose: 'договор45,договор46' },
		{ purpose: 'Договор № 45 Петя, дог 2046' },
		{ purpose: 'по договору 45\r\nпо договору 46' },
		{ purpose: 'договор № 45 Иванов и № 2046 Петров' },
	])(
		'bank-statement charges nobody for "$purpose", because the digits after the number may be another contract',
		async ({ purpose }) => {
			await expectNobodyCharged(purpose);
		},
	);

	it.each([
		{ purpose: 'Оплата по договору № 45 Б от 01.09.2026' },
		{ purpose: 'Оплата по договору №45 А, Иванова' },
		{ purpose: 'договор № 45 - А' },
		{ purpose: 'договор 45 / Б' },
		{ purpose: 'ДОГОВОР 45 Б' },
		{ purpose: 'договор 45 – Б' },
		{ purpose: 'договор № 45 — Б' },
		{ purpose: 'договор № 45 "Б"' },
		{ purpose: 'договор №45 «Б»' },
		{ purpose: 'договор № 45 (Б)' },
		{ purpose: 'оплата договора-17' },
		{ purpose: 'оплата договора45' },
		{ purpose: 'договор № 45 АБ от 01.09.2026' },
		{ purpose: 'договор № 45 А. НДС не облагается' },
		{ purpose: 'договор № 45 И. Иванова' },
		{ purpose: 'договор № 45 / 2026' },
		{ purpose: 'договор № 45 /2026' },
		{ purpose: 'договор № 45 - 2026' },
	])(
		'bank-statement charges nobody for "$purpose", because it may show only a part of the number',
		async ({ purpose }) => {
			await expectNobodyCharged(purpose);
		},
	);

	it.each([
		{ purpose: 'Возврат по договору № 45' },
		{ purpose: 'по договору б/н от 01.09.2026' },
		{ purpose: 'договор БН' },
		{ purpose: 'договор нет' },
		{ purpose: 'договор-оферта' },
		{ purpose: 'Договор № А 45' },
		{ purpose: 'без договора' },
		{ purpose: 'без договора 5 занятий' },
		{ purpose: 'Без  договора № 5' },
		{ purpose: 'По договору об оказании услуг № 5' },
		{ purpose: 'договор' },
		{ purpose: 'оплата по договору' },
		{ purpose: 'договорАБ-17' },
		{ purpose: 'За занятия № 45' },
		{ purpose: '' },
	])('bank-statement charges nobody for "$purpose", because it names no contract', async ({ purpose }) => {
		await expectNobodyCharged(purpose);
	});

	it('bank-statement enters a row once when the statement is read twice', async () => {
		addClientWithContract('45');
		await enterRow(statementRow());

		await enterRow(statementRow());

		expect(readCustomerPayments()).toMatchObject([{ note: '[ID 01.09.2026 12] Выписка' }]);
	});

	it.each<{ column: string; row: IDataObject }>([
		{
			column: 'Номер',
			row: { Дата: '01.09.2026', Поступление: '3 872,70', Назначение: 'Договор № 45' },
		},
		{
			column: 'Дата',
			row: { Номер: '12', Поступление: '3 872,70', Назначение: 'Договор № 45' },
		},
	])(
		'bank-statement enters no row without the column $column, because it could be entered twice',
		async ({ row }) => {
			addClientWithContract('45');

			const errorItems = await enterRow(row);

			expect(errorItems).toHaveLength(1);
			expect(readCustomerPayments()).toEqual([]);
		},
	);

	describe('in its filter Incoming', () => {
		/** Tells whether the filter lets a row pass. */
		function passesFilter(row: IDataObject): boolean {
			const [condition] = readConditions('bank-statement', 'Incoming');
			return evaluate(condition.leftValue, row) !== '';
		}

		it('the filter Incoming lets a row with an incoming sum pass', () => {
			expect(passesFilter(statementRow())).toBe(true);
		});

		it('the filter Incoming stops a row with an empty incoming sum', () => {
			expect(passesFilter(statementRow({ Поступление: '' }))).toBe(false);
		});

		it.each<{ problem: string; row: IDataObject }>([
			{
				problem: 'all columns in one',
				row: { 'Дата,Номер,Поступление,Назначение': '01.09.2026,12,"3 872,70",Договор № 45' },
			},
			{
				problem: 'no column Поступление',
				row: { Дата: '01.09.2026', Номер: '12', Назначение: 'Договор № 45' },
			},
		])(
			'the filter Incoming lets a row with $problem pass, so that Take Payment reports it',
			async ({ row }) => {
				addClientWithContract('45');

				const errorItems = await enterRow(row);

				expect(passesFilter(row)).toBe(true);
				expect(errorItems).toHaveLength(1);
				expect(readCustomerPayments()).toEqual([]);
			},
		);

		it('the node Rows keeps empty cells, so that a missing column differs from an empty cell', () => {
			expect(readExample('bank-statement', 'Rows').options).toMatchObject({ includeEmptyCells: true });
		});
	});
});

describe('The example form-to-lead', () => {
	/** n8n's default, because an import through the editor drops the time zone of the file. */
	const NEW_YORK = { timezone: 'America/New_York' };
	const FILLED_FORM = { Имя: 'Орлова Мия', Телефон: '+7 900 555-12-01', Почта: '', Комментарий: 'Шахматы?' };
	const COMMENT = 'Заявка с сайта\nИмя: Орлова Мия';

	/** Reads the comments on customers. The school has others, on groups. */
	const readCustomerComments = () =>
		readRecords('communication').filter((comment) => comment.class === 'Customer');

	/** Lets the two nodes of the example process the form. */
	async function deliverForm(): Promise<void> {
		const saveLead = readExample('form-to-lead', 'Save Lead');
		const [lead] = await run(saveLead, { ...NEW_YORK, items: [FILLED_FORM] });
		const writeComment = { ...readExample('form-to-lead', 'Write Comment'), comment: COMMENT };
		await run(writeComment, { ...NEW_YORK, items: [lead] });
	}

	it('form-to-lead makes one lead with one comment from a form that is delivered three times', async () => {
		changeSettings({ timeZone: 'Europe/Moscow', now: null });

		await deliverForm();
		await deliverForm();
		await deliverForm();

		expect(readRecords('customer')).toMatchObject([{ name: 'Орлова Мия' }]);
		expect(readCustomerComments()).toMatchObject([{ comment: COMMENT }]);
	});
});

describe('The example trial-booking', () => {
	const MONDAY = '2031-03-10';
	const SUNDAY = '2031-03-16';
	const PETROV = 1;
	const CHESS = 1;
	const TRIAL_LESSON = 3;
	const PHONE = '+7 900 555-11-01';

	/** Saves a child as the example does, and returns the lead. */
	async function saveLead(name: string, phone: string): Promise<IDataObject> {
		const [lead] = await run({ ...readExample('trial-booking', 'Save Lead'), phone, name });
		return lead;
	}

	/** Books a trial lesson in the week from Monday as the example does, and returns the lesson. */
	async function bookTrial(customer: unknown): Promise<IDataObject> {
		const [lesson] = await run({
			...readExample('trial-booking', 'Book Trial'),
			customer_ids: recordWithId(customer),
			lesson_type_id: recordWithId(TRIAL_LESSON),
			subject_id: recordWithId(CHESS),
			lesson_date: MONDAY,
			date_to: SUNDAY,
			additionalFields: { teacher_ids: recordWithId(PETROV) },
		});
		return lesson;
	}

	beforeEach(() => {
		stopClock('2031-03-09T06:00:00Z');
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it.each([
		{ type: 'lead', is_study: CUSTOMER_TYPE.lead },
		{ type: 'client', is_study: CUSTOMER_TYPE.client },
	])(
		'trial-booking books the child with the phone under the saved card, when the child is a $type',
		async ({ is_study }) => {
			addLead({ id: 501, is_study, name: 'Аня', phone: [PHONE] });
			const anna = await saveLead('Аня', '8 (900) 555-11-01');

			const lesson = await bookTrial(anna.id);

			expect(lesson).toMatchObject({ operationResult: 'created', customer_ids: 501 });
		},
	);

	it.each([
		{ type: 'lead', is_study: CUSTOMER_TYPE.lead },
		{ type: 'client', is_study: CUSTOMER_TYPE.client },
	])(
		'trial-booking books a second child with the phone at another time than the first, who is a $type',
		async (testCase) => {
			addLead({ id: 501, is_study: testCase.is_study, name: 'Аня', phone: [PHONE] });
			const lessonOfAnna = await bookTrial(501);
			const boris = await saveLead('Боря', PHONE);

			const lessonOfBoris = await bookTrial(boris.id);

			expect(boris).toMatchObject({ operationResult: 'created', name: 'Боря' });
			expect(lessonOfBoris).toMatchObject({ operationResult: 'created', customer_ids: boris.id });
			expect(lessonOfBoris.time_from).not.toBe(lessonOfAnna.time_from);
		},
	);

	it('trial-booking finds a child again when name and phone are written in another way', async () => {
		const mia = await saveLead('Орлова Алёна', PHONE);

		const sameChild = await saveLead(' орлова  АЛЕНА ', '9005551101');

		expect(sameChild).toMatchObject({ id: mia.id, operationResult: 'unchanged', name: 'Орлова Алёна' });
	});

	it('trial-booking takes an archived child out of the archive', async () => {
		addLead({ id: 501, name: 'Рита', phone: [PHONE], e_date: '2026-01-15', removed: 1 });

		const lead = await saveLead('Рита', PHONE);

		expect(lead).toMatchObject({ id: 501, operationResult: 'updated' });
	});

	it('a child from the archive is a participant of the booked trial, so that trial-booking sends a reminder', async () => {
		addLead({ id: 501, name: 'Рита', phone: [PHONE], e_date: '2026-01-15', removed: 1 });
		await saveLead('Рита', PHONE);
		const lesson = await bookTrial(501);

		const participants = await run({
			resource: 'lesson',
			operation: 'getParticipants',
			branchId: recordWithId(1),
			date_from: MONDAY,
			date_to: SUNDAY,
		});

		expect(participants).toContainEqual(
			expect.objectContaining({ customer_id: 501, time_from: lesson.time_from }),
		);
	});
});

describe('A refund of a part of a payment, entered as docs/examples.md says,', () => {
	const PHONE = '+7 900 555-00-01';
	const PAYER = 501;
	const PAYMENT_NUMBER = '[ID 2f1a-0001]';

	/** Finds the payer as the docs say: by a list of payments and a Filter node behind it. */
	async function findPayer(): Promise<unknown> {
		const payments = await run({
			resource: 'pay',
			operation: 'getAll',
			branchId: recordWithId(1),
			returnAll: true,
			filters: { note: PAYMENT_NUMBER },
		});

		const refundedPayments = payments.filter(({ note }) => String(note).includes(PAYMENT_NUMBER));
		expect(refundedPayments).toHaveLength(1);
		return refundedPayments[0].customer_id;
	}

	/** Enters a refund of 800 roubles under its own number. */
	async function enterRefund(externalId: string): Promise<void> {
		await run({
			resource: 'pay',
			operation: 'createCorrection',
			branchId: recordWithId(1),
			customer_id: recordWithId(await findPayer()),
			income: '800',
			pay_type_id: recordWithId(PAY_TYPE.refund),
			pay_account_id: recordWithId(1),
			document_date: '2026-11-30',
			additionalFields: { externalId },
		});
	}

	beforeEach(async () => {
		addClient({ id: PAYER, phone: [PHONE] });
		const body = {
			object: { id: '2f1a-0001', amount: { value: '3872.70' }, metadata: { phone: PHONE } },
		};
		await run(readExample('payment-yookassa', 'Take Payment'), { items: [{ body }] });
	});

	it('a partial refund is entered for the payer beside another one of the same sum', async () => {
		await enterRefund('r-1');

		await enterRefund('r-2');

		expect(readPaymentsOf(PAYER)).toMatchObject([
			{ note: '[ID 2f1a-0001] ЮKassa' },
			{ note: '[ID r-1]' },
			{ note: '[ID r-2]' },
		]);
	});

	it('a partial refund is entered once when its notification is repeated after another one', async () => {
		await enterRefund('r-1');
		await enterRefund('r-2');

		await enterRefund('r-1');

		expect(readPaymentsOf(PAYER)).toMatchObject([
			{ note: '[ID 2f1a-0001] ЮKassa' },
			{ note: '[ID r-1]' },
			{ note: '[ID r-2]' },
		]);
	});

	it('a partial refund is entered for the payer when AlfaCRM ignores the filter by note', async () => {
		changeSettings({ ignoredFilters: ['pay.note'] });

		await enterRefund('r-1');

		expect(readPaymentsOf(PAYER)).toMatchObject([{ note: '[ID 2f1a-0001] ЮKassa' }, { note: '[ID r-1]' }]);
	});
});

describe('The example payment-cloudpayments, for a notification of a refund,', () => {
	/** A notification of a refund. It has no Status, unlike that of a payment. */
	const REFUND_NOTIFICATION = {
		body: {
			TransactionId: '600',
			PaymentTransactionId: '504',
			Amount: '800.00',
			AccountId: '79005550001',
		},
		signature: 'a',
		headers: { 'content-hmac': 'a' },
	};

	it('a notification of a refund meets the condition on the signature', () => {
		const [signature] = readConditions('payment-cloudpayments', 'Signed and Paid');

		expect(evaluate(signature.leftValue, REFUND_NOTIFICATION)).toBe('a');
		expect(evaluate(signature.rightValue, REFUND_NOTIFICATION)).toBe('a');
	});

	it('a notification of a refund does not meet the condition on Status, so a copy for refunds must leave it out', () => {
		const [, status] = readConditions('payment-cloudpayments', 'Signed and Paid');

		expect(status.leftValue).toContain('Status');
		expect(evaluate(status.leftValue, REFUND_NOTIFICATION)).toBe('');
		expect(evaluate(status.rightValue, REFUND_NOTIFICATION)).toBe('Completed');
	});
});
