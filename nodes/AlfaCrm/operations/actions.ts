import type { Action, ActionKindName } from '../entities/types';
import { dependsOnToday, fieldsForm } from '../run/actionFields';
import type { ActionKind, Operation, OperationText } from '../run/operation';
import { bookLesson } from './lessons/book/bookLesson';
import { getFreeSlots } from './lessons/freeSlots';
import { getParticipants } from './lessons/getParticipants';
import { overview } from './customers/overview';
import { recordParameter } from '../run/recordParameter';
import { change, rejectLead } from './customers/change';
import { completeLesson } from './lessons/complete/completeLesson';
import { get, getMany, save } from './common/declared';
import { joinGroup } from './groups/joinGroup';
import { leaveGroup } from './groups/leaveGroup';
import { moveToStage } from './customers/moveToStage';
import { addToCustomer } from './customers/addToCustomer';
import { correctPayment } from './payments/correctPayment';
import { enterPayment } from './payments/enterPayment';

/**
 * The implementation of each kind of action. TypeScript reports a kind without an implementation,
 * and an implementation that lacks a member of `ActionKind`.
 */
const implementations: { [K in ActionKindName]: ActionKind<K> } = {
	addToCustomer,
	bookLesson,
	change,
	completeLesson,
	correctPayment,
	enterPayment,
	freeSlots: getFreeSlots,
	get,
	getMany,
	joinGroup,
	leaveGroup,
	moveToStage,
	overview,
	participants: getParticipants,
	rejectLead,
	save,
};

/** Makes the operation that carries out an action of an entity, such as *Archive*. */
export function makeActionOperation(action: Action): Operation {
	// TypeScript cannot see that this implementation is the one for `action`, so it needs the cast.
	const kind = implementations[action.kind] as ActionKind<ActionKindName>;
	const formFields = [...(action.query ?? []), ...(action.fields ?? [])];
	// AlfaCRM's name for the ID of the record. An action without such a name is about no record.
	const isAboutRecord = action.recordIdName !== undefined;
	const dependsOnClock = kind.dependsOnTimeZone?.(action) === true;
	const hasDefaultFromToday = formFields.some(dependsOnToday);

	return {
		text: () => makeActionText(action),
		form: (entity) => ({
			...fieldsForm(formFields),
			id: isAboutRecord ? [recordParameter(entity)] : [],
			// The kind can replace these sections of the form.
			...kind.form(entity, action),
		}),
		execute: async (item, entity) => await kind.execute(item, entity, action),
		output: (entity) => kind.output(entity, action),
		onlyReads: kind.onlyReads,
		readsAllBranches: kind.readsAllBranches,
		dependsOnTimeZone: dependsOnClock || hasDefaultFromToday,
	};
}

/** Makes the texts of an action in n8n's list of operations. */
function makeActionText({ label, title, description }: Action): OperationText {
	// n8n calls the sentence that stands for the whole operation its "action".
	const text: OperationText = { name: label, action: title };
	if (description) text.description = description;
	return text;
}
