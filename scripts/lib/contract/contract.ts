import type { INodeTypeDescription } from 'n8n-workflow';
import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { AlfaCrmTrigger } from '../../../nodes/AlfaCrm/AlfaCrmTrigger.node.ts';
import { AlfaCrmWebhookTrigger } from '../../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node.ts';
import { inRepo } from '../paths';
import { nodeContract, parametersOf } from './form';
import { stateContract } from './state';

export const CONTRACT_FOLDER = inRepo('test', 'unit', 'contract');

/**
 * Describes everything that workflows and n8n's database store of this package, by the name of the
 * file in which the description is kept.
 */
export function describeContract(): Record<string, object> {
	const contracts: Record<string, object> = {};
	for (const { description } of [new AlfaCrm(), new AlfaCrmTrigger(), new AlfaCrmWebhookTrigger()]) {
		contracts[`${description.name}.json`] = nodeContract(description as INodeTypeDescription);
	}

	const { name, properties } = new AlfaCrmApi();
	contracts['alfaCrmApi.json'] = { name, properties: parametersOf(properties) };
	contracts['triggerState.json'] = stateContract();
	return contracts;
}
