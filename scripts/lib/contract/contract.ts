import type { INodeTypeDescription } from 'n8n-workflow';
import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { AlfaCrmTrigger } from '../../../nodes/AlfaCrm/AlfaCrmTrigger.node.ts';
import { AlfaCrmWebhookTrigger } from '../../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node.ts';
import { inRepo } from '../paths';
import { nodeContract, parametersOf } from './form';
import { stateContract } from './state';

export const CONTRACT_FOLDER = inRepo('test', 'unit', 'contract');

/** All that people's workflows, and n8n's database, hold of this package, by the name of the file that it is kept in. */
export function describeContract(): Record<string, object> {
	const nodes = [new AlfaCrm(), new AlfaCrmTrigger(), new AlfaCrmWebhookTrigger()];
	const { name, properties } = new AlfaCrmApi();
	const forms = nodes.map(({ description }): [string, object] => [
		`${description.name}.json`,
		nodeContract(description as INodeTypeDescription),
	]);
	return {
		...Object.fromEntries(forms),
		'alfaCrmApi.json': { name, properties: parametersOf(properties) },
		'triggerState.json': stateContract(),
	};
}
