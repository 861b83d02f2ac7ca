import { entities } from '../entities/registry';
import { inWords } from '../form/inWords';
import { otherResources } from './otherResources';
import { operationParameter, resourceParameter } from './resource';

/** What stands below the node in a workflow, in the words of the form: "Get Many: Customer". */
export function subtitle(): string {
	const lists = [
		...entities.map(operationParameter),
		...Object.values(otherResources).flatMap(({ form }) => form.filter(({ name }) => name === 'operation')),
	];
	return `={{ ${inWords('operation', lists)} + ": " + ${inWords('resource', [resourceParameter])} }}`;
}
