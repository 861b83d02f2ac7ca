import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { passesOf } from '../../entities/listCall';
import { customer as customerEntity } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import { externalId as idInput } from '../../entities/pay';
import { entityOf } from '../../entities/registry';
import type { ActionOf, Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isBlank, isList, listOf } from '../../fields/field';
import { findOrCreate } from '../../run/findOrCreate';
import type { LockKey } from '../../run/execution';
import type { Item } from '../../run/item';
import { makeRecordOutput, report, reportSchema } from '../../output/readings';
import { bodyOf, shortensTexts, textOptions } from '../../run/body';
import { skipIfThere } from '../common/create';
import { allBranches, findInBranches } from '../../run/branches';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import { branchesOf, idOf, labelsOf, targetOf } from '../../run/target';
import type { Addition, NewAddition } from './additions';
import { additions } from './additions';
import type { ExternalId } from './externalId';
import { extractExternalId, hasAnyIdInNote, hasExternalId, haveMatchingTypes } from './externalId';
import {
	assertCloseDate,
	assertSameAmount,
	enteredByHandError,
	enteredWithIdError,
	mayBeEnteredByHand,
} from './externalIdConflicts';
import { findAmongAllPayments, findPayer } from './externalIdSearch';
import { readFields } from '../../run/actionFields';
import type { ActionKind } from '../../run/operation';
import type { Branch } from '../../store/located';

/**
 * Adds a payment, subscription, task or communication to a customer, unless the same was added before: by an earlier run of
 * the workflow, or by the staff.
 */
export const createIfAbsent: ActionKind<'createIfAbsent'> = {
	decidesByTime: ({ creates }) => additions[creates].decidesByTime === true,
	form: (_entity, { fields = [], creates }) => ({
		skipIfThere: [skipIfThere, ...(additions[creates].form ?? [])],
		options: textOptions(fields),
	}),

	async execute(item, entity, action) {
		const form = await readAdditionForm(item, entity, action);

		return await item.withLock(locksFor(form), async () => {
			const { newAddition, customerBranches } = await prepareAddition(item, form);
			const create = async () => await createAddition(form, newAddition);
			const { isSame } = form;
			if (isSame === undefined) return [await create()];

			const find = async () => await findExisting(form, newAddition, customerBranches, isSame);
			return [await findOrCreate(item, find, create)];
		});
	},

	output: (_entity, { creates }) => reportSchema(entityOf(creates)),
};

/** Adds a refund or a correction: each time, unless an external ID tells that it was added before. */
export const correctPayment: ActionKind<'correctPayment'> = {
	form: () => ({}),
	execute: async (item, entity, action) =>
		await createIfAbsent.execute(item, entity, {
			...action,
			kind: 'createIfAbsent',
			creates: 'pay',
			idAs: 'customer_id',
			onlyNumbered: true,
		}),
	output: reportSchema,
};

type CreateAction = ActionOf<'createIfAbsent'>;

type IsSame = ReturnType<Addition['isSame']>;

/** What the user wants to add, read from the form. */
interface AdditionForm {
	/** The entity of what is added, such as the payments. */
	entity: Entity;
	/** What is particular about this kind of addition. */
	kind: Addition;
	customerId: number;
	/** The name of the field that holds the customer. */
	customerField: string;
	fields: readonly Field[];
	/** The values as the user has given them. */
	input: IDataObject;
	/** The values as AlfaCRM takes them. */
	body: IDataObject;
	/** The branch of the call. */
	branch: Branch;
	externalId?: ExternalId;
	/** Whether a row of AlfaCRM is the same addition; undefined if the user wants a new one in any case. */
	isSame?: IsSame;
}

async function readAdditionForm(
	item: Item,
	entity: Entity,
	{ fields: fields = [], creates, idAs: customerField, fixed, onlyNumbered }: CreateAction,
): Promise<AdditionForm> {
	const addedEntity = entityOf(creates);
	const kind = additions[creates];
	const { branch } = targetOf(item, entity);
	const input = readFields(item, fields);
	const [options] = onlyNumbered ? [] : textOptions(fields);
	const shortens = shortensTexts(options && item.collection(options));
	const formValues = bodyOf(item, fields, input, branch, shortens);
	const { externalId, values } = extractExternalId(item, formValues, { isIncome: !onlyNumbered });

	const readCustomerId = async () =>
		onlyNumbered && externalId !== undefined ? await findPayer(item, branch, externalId) : idOf(item, entity);
	const customerId = Number(values[customerField] ?? (await readCustomerId()));
	const isListOfCustomers = addedEntity.fields.some((field) => field.name === customerField && isList(field));
	const skipsExisting = onlyNumbered ? externalId !== undefined : item.flag(skipIfThere);

	return {
		entity: addedEntity,
		kind,
		customerId,
		customerField,
		fields,
		input,
		body: { ...values, [customerField]: isListOfCustomers ? [customerId] : customerId, ...fixed },
		branch,
		externalId,
		isSame: skipsExisting ? makeSameCheck(item, kind, externalId) : undefined,
	};
}

/** Makes the check for the same addition. If there is an external ID, nothing else counts. */
function makeSameCheck(item: Item, kind: Addition, externalId?: ExternalId): IsSame {
	if (externalId === undefined) return kind.isSame(item);
	return (row, { body }) => hasExternalId(row, externalId) && haveMatchingTypes(row, body, externalId);
}

const customerLock = ({ customerId, entity }: AdditionForm): LockKey => [
	customerEntity.path,
	customerId,
	entity.path,
];

/** Lets no two items of this process add the same kind to a customer, or anything with one external ID, at the same time. */
function locksFor(form: AdditionForm): LockKey[] {
	const { entity, externalId } = form;
	if (externalId === undefined) return [customerLock(form)];
	return [customerLock(form), [entity.path, idInput.name, externalId.value]];
}

/** Completes the addition with what the customer's card says, such as the branch. */
async function prepareAddition(
	item: Item,
	form: AdditionForm,
): Promise<{ newAddition: NewAddition; customerBranches: number[] }> {
	const { customerId, customerField, entity, fields, input, branch } = form;
	const draft = { fields, input, body: form.body, branch };
	const owner = { entity: customerEntity, id: customerId };
	const {
		body,
		branch: ownBranch,
		ownerBranches: customerBranches = [],
	} = await completeFromOwner(item, draft, owner);

	const keys = entity.keys ?? [];
	const target = {
		path: entity.path,
		branch: ownBranch,
		query: Object.fromEntries(keys.map(({ name }) => [name, form.body[name]])),
		// This form calls the customer field by the name of the resource.
		labels: labelsOf([...entity.fields, ...fields, { name: customerField, label: customerEntity.label }]),
	};
	const newAddition = { item, customerId, target, body, comparedFields: findComparedFields(form) };
	return { newAddition, customerBranches };
}

/**
 * Returns the fields in which the same addition agrees: those that the user has filled. The branch counts only if the user has
 * chosen it, since the customer may have moved from the branch of an earlier run.
 */
function findComparedFields({ entity, customerField, input, body }: AdditionForm): Field[] {
	return entity.fields.filter((field) => {
		const value = field.fromBranch ? input[field.name] : body[field.name];
		return field.name !== customerField && !isBlank(field, value);
	});
}

async function createAddition(form: AdditionForm, newAddition: NewAddition): Promise<IDataObject> {
	const { entity, fields, kind } = form;
	const { item, target } = newAddition;
	await kind.check?.(newAddition);

	const body = await addAuthor(item, fields, newAddition.body, target.branch);
	const task = `create the ${nounOf(entity)}`;
	const saved = await item.save({ ...target, action: 'create', body, task }, [customerLock(form)]);
	return report(outputOf(form, item), { ...body, ...saved }, 'created', Object.keys(body));
}

const outputOf = ({ entity, body }: AdditionForm, item: Item) =>
	makeRecordOutput(item, entity, Object.keys(body));

const nounOf = ({ label }: Entity): string => label.toLowerCase();

// ---------------------------------------------------------------- finding the same addition

/**
 * Finds the same addition, and reports it as unchanged.
 *
 * @throws NodeOperationError if a payment may be the same, but nothing proves it
 */
async function findExisting(
	form: AdditionForm,
	newAddition: NewAddition,
	customerBranches: readonly number[],
	isSame: IsSame,
): Promise<IDataObject | undefined> {
	const { entity, externalId } = form;
	const { item } = newAddition;
	const search = new ExistingSearch(form, newAddition, isSame);
	let existing = await search.searchAll(customerBranches);
	if (externalId !== undefined) existing ??= await findAmongAllPayments(newAddition, externalId);
	if (existing === undefined) {
		search.assertNoDoubt();
		return undefined;
	}

	if (externalId !== undefined) {
		assertSameAmount(newAddition, externalId, existing);
		assertCloseDate(newAddition, externalId, existing);
	}
	const noun = nounOf(entity);
	const addedAt = 'added' in existing ? ` of ${String(existing.added)}` : '';
	item.execution.hints.addRepeat(
		`This ${noun} was there already; nothing was added`,
		`${noun} ${String(existing.id)}${addedAt}`,
	);
	return report(outputOf(form, item), existing, 'unchanged', []);
}

/** A search of the customer's lists. On its way it notes payments that may be the new one although nothing proves it. */
class ExistingSearch {
	/** A payment without an external ID, if the new payment has one. */
	private enteredByHand?: IDataObject;
	/** A payment with an external ID, if the new payment has none. */
	private enteredWithId?: IDataObject;

	constructor(
		private readonly form: AdditionForm,
		private readonly newAddition: NewAddition,
		private readonly isSame: IsSame,
	) {}

	/** Searches the branches into which the addition may go, then the others that the customer is or was in. */
	async searchAll(customerBranches: readonly number[]): Promise<IDataObject | undefined> {
		const { entity, branch, externalId } = this.form;
		const { item, target, body } = this.newAddition;
		const ownBranches = [...new Set([branch, ...branchesOf(target.branch, entity.fields, body)])];
		for (const ownBranch of ownBranches) {
			const existing = await this.searchBranch(ownBranch);
			if (existing !== undefined) return existing;
		}

		// The staff may have entered a payment in a branch that the customer has left since.
		const allOfAccount = externalId === undefined ? [] : await allBranches(item, target.branch);
		const otherBranches = new Set<Branch>([...customerBranches, ...allOfAccount]);
		for (const ownBranch of ownBranches) otherBranches.delete(ownBranch);
		return await findInBranches(
			item,
			[...otherBranches],
			async (otherBranch) => await this.searchBranch(otherBranch),
		);
	}

	/** @throws NodeOperationError for a payment that may be the new one */
	assertNoDoubt(): void {
		const { externalId } = this.form;
		if (externalId !== undefined && this.enteredByHand !== undefined) {
			throw enteredByHandError(this.newAddition, externalId, this.enteredByHand);
		}
		if (this.enteredWithId !== undefined) throw enteredWithIdError(this.newAddition, this.enteredWithId);
	}

	private async searchBranch(branch: Branch): Promise<IDataObject | undefined> {
		const { customerField, customerId, externalId } = this.form;
		const rows = await readRows(branch, this.form, this.newAddition);
		const customerRows = rows.filter((row) =>
			listOf(row[customerField]).some((id) => readId(id) === customerId),
		);
		if (externalId !== undefined) {
			this.enteredByHand ??= customerRows.find((row) =>
				mayBeEnteredByHand(row, this.newAddition, externalId),
			);
		}

		const sameRows = customerRows.filter((row) => this.isSame(row, this.newAddition));
		this.enteredWithId ??= sameRows.find((row) => this.mayBeAnotherPayment(row));
		return sameRows.find((row) => !this.mayBeAnotherPayment(row));
	}

	/** Whether a payment has an external ID while the new one has neither an ID nor a note that would tell them apart. */
	private mayBeAnotherPayment(row: IDataObject): boolean {
		const { entity, externalId } = this.form;
		const isPayment = entity.resource === 'pay';
		return (
			isPayment && externalId === undefined && isEmpty(this.newAddition.body.note) && hasAnyIdInNote(row)
		);
	}
}

/** Reads the list of a branch that would have the same addition. */
async function readRows(
	branch: Branch,
	{ entity, kind }: AdditionForm,
	{ item, target, body }: NewAddition,
): Promise<readonly IDataObject[]> {
	const list = {
		...target,
		branch,
		body: { ...target.query, ...kind.filters?.(body) },
		passes: passesOf(entity),
		task: `look for the same ${nounOf(entity)}`,
	};
	if (!kind.isOfAll) return await readWholeList(item, entity, list);
	const { rows } = await readWholeListOnce(item, entity, list);
	return rows;
}
