import type { Changeset } from '../../model/changeset';
import { dayOf } from '../../model/dates';
import type { Entity, SerializeContext } from '../../model/entity';
import { toInt, type Json, type JsonObject, type Row } from '../../model/json';
import type { Records } from '../../model/records';
import {
	asList,
	branchId,
	byId,
	byWeight,
	contains,
	createdAt,
	equals,
	fixturesOf,
	flag,
	id,
	int,
	ints,
	isEnabled,
	money,
	name,
	range,
	text,
	updatedAt,
	weight,
	weighted,
} from './fields';

/** The types of payments for which AlfaCRM has rules. */
const incomeType = 1;
const refundType = 2;
const zeroSum = '0.00';

export const pay: Entity = {
	path: 'pay',
	className: 'Pay',
	branchField: 'branch_id',
	isPooled: true,
	fields: {
		id,
		branch_id: branchId,
		location_id: int('Локация'),
		customer_id: { ...int('Клиент'), required: true },
		pay_type_id: { ...int('Тип платежа'), required: true },
		pay_account_id: { ...int('Касса'), required: true },
		pay_item_id: int('Статья'),
		document_date: { kind: 'date', label: 'Дата', required: true },
		income: { ...money('Сумма'), required: true },
		expenditure: { ...money('Расход', zeroSum), readOnly: true },
		payer_name: { ...text('Плательщик', 50), required: true },
		note: text('Примечание'),
		is_confirmed: flag('Подтверждён', 1),
		teacher_id: int('Педагог'),
		commodity_id: int('Товар'),
		ctt_id: int('Абонемент клиента'),
		group_id: int('Группа'),
		manager_id: int('Менеджер'),
		is_fiscal: flag('Фискальный', 0),
		custom_md_order: text('Номер заказа'),
		custom_order_description: text('Описание заказа'),
		created_at: createdAt,
		updated_at: updatedAt,
	},
	hidden: { currency: null, bonus: 0 },
	filters: {
		id: equals,
		currency: equals,
		location_id: equals,
		customer_id: equals,
		employee_id: { kind: 'equals', field: 'teacher_id' },
		pay_item_category_id: { kind: 'related', field: 'pay_item_id', lookup: findItemsOfCategories },
		pay_type_id: {
			kind: 'equals',
			default: ({ payDefault }) => (payDefault === 'income' ? incomeType : undefined),
		},
		pay_item_id: equals,
		pay_account_id: equals,
		commodity_id: equals,
		payer_name: contains,
		note: contains,
		// A live account ignored these filters, so the setting `ignoredFilters` names them.
		...range('date', 'document_date', 'points'),
		...range('sum', 'income', 'number'),
		...range('bonus', 'bonus', 'number'),
		is_confirmed: equals,
		group_ids: { kind: 'equals', field: 'group_id' },
		is_fiscal: equals,
		...range('created_at', 'created_at', 'dotted'),
		...range('updated_at', 'updated_at', 'dotted'),
	},
	sortKey: getSortKey,
	beforeSave: keepRefundedSum,
	serialize: showRefundedSum,
};

/** Puts the payments of the latest day first. */
function getSortKey({ document_date }: Row): number {
	const day = dayOf(String(document_date ?? ''));
	return -Number(day.replace(/\D/g, ''));
}

/** Finds the pay items of one of the categories. */
function findItemsOfCategories(records: Records, value: Json): ReadonlySet<Json> {
	const categories = asList(value).map(toInt);
	const items = records
		.rows('pay-item')
		.filter(({ category_id }) => categories.includes(Number(category_id)));
	return new Set(items.map((item) => item.id));
}

/** Shows the sum of a refund as `expenditure` if the setting `refundSum` says so. API notes 5.16. */
function showRefundedSum(shown: JsonObject, { settings }: SerializeContext): JsonObject {
	const isRefund = shown.pay_type_id === refundType;
	if (!isRefund || settings.refundSum !== 'expenditure') return shown;
	return { ...shown, income: zeroSum, expenditure: shown.income ?? zeroSum };
}

/**
 * Keeps the sum of a refund when a call sends back the zero `income` that answers show for it, since
 * the sum is stored in `income` whichever field shows it.
 */
function keepRefundedSum({ changes, row, settings }: Changeset): void {
	if (settings.refundSum !== 'expenditure' || row?.pay_type_id !== refundType) return;
	if (Number(changes.income) === 0) changes.income = row.income ?? zeroSum;
}

export const payAccount: Entity = {
	path: 'pay-account',
	className: 'PayAccount',
	actions: ['index'],
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: branchId,
		name,
		user_ids: ints('Пользователи'),
		is_enabled: isEnabled,
		weight,
	},
	filters: { id: equals },
	sortKey: byWeight,
	fixtures: fixturesOf(
		[
			{ branch_id: 1, name: 'Касса', user_ids: [1, 3] },
			{ branch_id: 1, name: 'Расчётный счёт', user_ids: [1] },
			{ branch_id: 2, name: 'Касса Север', user_ids: [1, 3] },
			{ branch_id: 3, name: 'Касса Заречье', user_ids: [1], is_enabled: 0 },
		],
		(index) => ({ is_enabled: 1, weight: (index + 1) * 10 }),
	),
};

export const payItem: Entity = {
	path: 'pay-item',
	className: 'PayItem',
	actions: ['index'],
	branchField: 'branch_ids',
	fields: {
		id,
		branch_ids: ints('Филиалы'),
		category_id: int('Категория'),
		pay_type_ids: ints('Типы платежей'),
		name,
		weight,
	},
	filters: { id: equals },
	sortKey: byWeight,
	fixtures: fixturesOf(
		[
			{ category_id: 1, name: 'Оплата занятий', pay_type_ids: [1, 2] },
			{ category_id: 1, name: 'Пробный урок', pay_type_ids: [1] },
			{ category_id: 2, name: 'Набор деталей', pay_type_ids: [1], branch_ids: [1] },
		],
		(index) => ({ branch_ids: [1, 2, 3], weight: (index + 1) * 10 }),
	),
};

export const payItemCategory: Entity = {
	path: 'pay-item-category',
	className: 'PayItemCategory',
	actions: ['index'],
	fields: { id, name, weight },
	filters: { id: equals },
	sortKey: byWeight,
	fixtures: weighted([{ name: 'Обучение' }, { name: 'Товары' }]),
};

export const payType: Entity = {
	path: 'pay-type',
	className: 'PayType',
	actions: ['index'],
	fields: { id, name },
	filters: { id: equals },
	sortKey: byId,
	fixtures: [
		{ name: 'Доход' },
		{ name: 'Возврат' },
		{ name: 'Корректировка' },
		{ id: 11, name: 'Инкассация (приход)' },
		{ id: 12, name: 'Инкассация (расход)' },
	],
};
