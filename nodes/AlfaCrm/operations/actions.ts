import type { Action, ActionKindName } from '../entities/types';
import { dependsOnToday, fieldsForm } from '../run/actionFields';
import type { ActionKind, Operation } from '../run/operation';
import { bookLesson } from './lessons/book/bookLesson';
import { freeSlots } from './lessons/freeSlots';
import { participants } from './lessons/getParticipants';
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
const kinds: { [K in ActionKindName]: ActionKind<K> } = {
	addToCustomer,
	bookLesson,
	change,
	completeLesson,
	correctPayment,
	enterPayment,
	freeSlots,
	get,
	getMany,
	joinGroup,
	leaveGroup,
	moveToStage,
	overview,
	participants,
	rejectLead,
	save,
};

/** Makes the operation that carries out an action of an entity. */
export function operationFor(action: Action): Operation {
	const { label, title, description, query = [], fields = [], recordIdName } = action;
	const formFields = [...query, ...fields];
	// The cast is safe because the table has the implementation for `action.kind` under that name.
	// TypeScript cannot see it.
	const kind = kinds[action.kind] as ActionKind<ActionKindName>;

	return {
		text: () => ({ name: label, action: title, ...(description ? { description } : {}) }),
		form: (entity) => ({
			...fieldsForm(formFields),
			id: recordIdName === undefined ? [] : [recordParameter(entity)],
			...kind.form(entity, action),
		}),
		execute: async (item, entity) => await kind.execute(item, entity, action),
		output: (entity) => kind.output(entity, action),
		reads: kind.reads,
		anyBranch: kind.anyBranch,
		// Today's date may be the default of a field.
		decidesByTime: kind.decidesByTime?.(action) === true || formFields.some(dependsOnToday),
	};
}
