import type { Action, ActionKindName } from '../entities/types';
import type { ActionKind, Operation } from '../run/operation';
import { bookLesson } from './lessons/book/bookLesson';
import { freeSlots } from './lessons/freeSlots';
import { participants } from './lessons/getParticipants';
import { overview } from './customers/overview';
import { recordParameter } from '../run/recordParameter';
import { change, rejectLead } from './customers/change';
import { completeLesson } from './lessons/complete/completeLesson';
import { correctPayment, createIfAbsent } from './payments/createIfAbsent';
import { get, getMany, save } from './common/declared';
import { dependsOnToday, fieldsForm } from '../run/actionFields';
import { joinGroup } from './groups/joinGroup';
import { leaveGroup } from './groups/leaveGroup';
import { moveToStage } from './customers/moveToStage';

/** What each kind of action is. A kind without a module, or a module without a part, does not compile. */
const kinds: { [K in ActionKindName]: ActionKind<K> } = {
	bookLesson,
	change,
	completeLesson,
	correctPayment,
	createIfAbsent,
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

/** An action as an operation of its entity. */
export function operationFor(action: Action): Operation {
	const { kind: name, label, title, description, query = [], fields = [], idAs } = action;
	const kind = kinds[name] as ActionKind<ActionKindName>;
	return {
		text: () => ({ name: label, action: title, ...(description ? { description } : {}) }),
		form: (entity) => ({
			...fieldsForm([...query, ...fields]),
			...kind.form(entity, action),
			id: idAs && !fields.some(({ name: field }) => field === idAs) ? [recordParameter(entity)] : [],
		}),
		execute: async (item, entity) => await kind.execute(item, entity, action),
		output: (entity) => kind.output(entity, action),
		reads: kind.reads,
		anyBranch: kind.anyBranch,
		decidesByTime: kind.decidesByTime?.(action) === true || [...query, ...fields].some(dependsOnToday),
	};
}
