/**
 * What *Lesson → Book* does with the cards of the booked customers, which are the customers'
 * records: it warns of archived customers before the lesson is created, and moves leads to a stage
 * of the funnel afterwards.
 */

import {
	customer as customerEntity,
	CUSTOMER_TYPE,
	isRejected,
	stageOf,
} from '../../../entities/customer';
import { isArchived } from '../../../run/archived';
import { recordKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { getRecord } from '../../../run/records';
import { pickChangedValues, saveChanges } from '../../../run/saveChanges';
import { comesBefore } from '../../../run/stages';
import { labelsOf } from '../../../run/target';
import type { LocatedRecord, Target } from '../../../store/located';
import { readFlag } from '../../../values/formats';
import type { Booking } from './bookingForm';

// ---------------------------------------------------------------- archived customers

/**
 * Adds a hint for each archived customer and rejected lead. *Get Participants* leaves them out, so
 * reminders about the lesson do not reach them.
 *
 * @throws NodeApiError if a customer does not exist or this user may not read the record. Then it
 * is not known whether the user has to be warned, so nothing is booked.
 */
export async function warnOfArchivedCustomers(item: Item, booking: Booking): Promise<void> {
	const target = makeCustomerTarget(booking);
	for (const customerId of booking.attendees.customerIds) {
		await warnIfArchived(item, target, customerId);
	}
}

/** Adds a hint if a customer is archived or a rejected lead. */
async function warnIfArchived(item: Item, target: Target, customerId: number): Promise<void> {
	const customer = await getRecord(item, customerEntity, customerId, target);
	const isLeftOut =
		isRejected(customer.row) || (await isArchived(item, customerEntity, target, customer));
	if (!isLeftOut) return;

	item.execution.hints.add(
		"Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first",
		`customer ${customerId}`,
	);
}

// ---------------------------------------------------------------- stages of leads

/**
 * The stage to which the leads are moved, and whether it may be an earlier stage than the current
 * one.
 */
interface StageMove {
	stageId: number;
	mayMoveBack: boolean;
}

/**
 * Moves the leads of a booked lesson to the stage that the user has chosen.
 *
 * Only a new lesson moves a lead back to an earlier stage. If an earlier run has booked the lesson,
 * the staff may have moved the lead on since then, and this run must not undo that.
 *
 * @throws NodeApiError if AlfaCRM refuses. The error says that the lesson was booked, because
 * `item.save` has noted the booking.
 */
export async function moveLeadsToStage(
	item: Item,
	booking: Booking,
	{ isNew }: { isNew: boolean },
): Promise<void> {
	const { stageId, attendees } = booking;
	if (stageId === undefined) return;

	const target = makeCustomerTarget(booking);
	const move = { stageId, mayMoveBack: isNew };
	for (const customerId of attendees.customerIds) {
		const lock = recordKey(customerEntity, customerId);
		await item.withLock([lock], async () => await moveLeadToStage(item, target, customerId, move));
	}
}

/**
 * Moves a lead to a stage. Adds a hint instead for a client, who has no stage, and for a lead who
 * may not move back and is not shown to be in an earlier stage.
 */
async function moveLeadToStage(
	item: Item,
	target: Target,
	customerId: number,
	move: StageMove,
): Promise<void> {
	const { hints } = item.execution;
	const customer = await getRecord(item, customerEntity, customerId, target);
	// `is_study` tells leads from clients. API notes 5.3.
	if (readFlag(customer.row.is_study) === CUSTOMER_TYPE.client) {
		hints.add('A client has no stage, so that was not changed', `customer ${customerId}`);
		return;
	}

	const values = { lead_status_id: move.stageId };
	const changedValues = pickChangedValues(item, customerEntity, customer.row, values);
	const isInStage = Object.keys(changedValues).length === 0;
	if (isInStage) return;

	const mayMove = move.mayMoveBack || (await movesForward(item, customer, move.stageId));
	if (!mayMove) {
		hints.add(
			"The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left",
			`customer ${customerId}`,
		);
		return;
	}
	await saveStage(item, target, customer, values);
}

/** Sends the new stage of a lead. */
async function saveStage(
	item: Item,
	target: Target,
	lead: LocatedRecord,
	values: { lead_status_id: number },
): Promise<void> {
	// The output is the lesson, so the changed lead needs no formatting.
	const toOutput = (row: LocatedRecord['row']) => row;
	const task = { item, entity: customerEntity, target, toOutput };
	// `addToLists` has no effect, since the stage is not a list.
	await saveChanges(task, lead, { values, addToLists: false });
}

/**
 * Whether AlfaCRM shows that a stage comes after the current stage of a lead. A lead without a
 * stage may move to any stage.
 */
async function movesForward(item: Item, lead: LocatedRecord, stageId: number): Promise<boolean> {
	const currentStage = stageOf(lead.row);
	if (currentStage === undefined) return true;

	// `comesBefore` returns undefined if AlfaCRM does not show the order of the two stages. The lead
	// then stays where it is.
	const isMoveBack = await comesBefore(item, { lead, stageId, otherStageId: currentStage });
	return isMoveBack === false;
}

/** Makes the target of calls about customers, in the branch of the lesson. */
function makeCustomerTarget({ search }: Booking): Target {
	const { branch, labels } = search.target;
	// The user sees the form of the lesson, so its labels take precedence in messages.
	const customerLabels = { ...labelsOf(customerEntity.fields), ...labels };
	return { path: customerEntity.path, branch, query: {}, labels: customerLabels };
}
