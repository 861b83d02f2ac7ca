import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../change';
import { orderless } from '../change';

/** Of one node. */
const LATEST_DELIVERIES = 1_000;
/** The memory of a node that falls out is read again from what n8n saved. */
const LATEST_NODES = 200;
/** 96 bits: with a thousand of them, two that are equal by chance are not to be expected. */
const DIGEST_LENGTH = 16;

interface Memory {
	/** Digests of the deliveries that started the workflow, the latest last. */
	started: string[];
	/** Digests of those that are about to. */
	underWay: Set<string>;
}

/** A delivery that may start the workflow, and nobody else's meanwhile. */
export interface Claim {
	/** It starts the workflow. */
	keep: () => void;
	/** To be called at the end; what was not kept may come again. */
	end: () => void;
}

const memories = new Map<string, Memory>();

/**
 * Tells repeated deliveries from new ones. The memory of this process knows of those that arrive together; what n8n
 * saves with the workflow outlives a restart, and reaches other processes.
 *
 * @param node of which workflow and which node
 * @param saved what n8n keeps for this node
 * @returns undefined for a repeated delivery
 */
export function claim(node: string, delivery: Change, saved: IDataObject): Claim | undefined {
	const digest = digestOf(delivery);
	const { started, underWay } = memoryOf(node, saved);
	if (underWay.has(digest) || started.includes(digest)) return undefined;
	underWay.add(digest);
	return {
		keep: () => {
			started.push(digest);
			trim(started);
			saved.deliveries = [...started];
		},
		end: () => underWay.delete(digest),
	};
}

function memoryOf(node: string, { deliveries }: IDataObject): Memory {
	const memory = memories.get(node) ?? { started: [], underWay: new Set() };
	// The latest used ones stay.
	memories.delete(node);
	memories.set(node, memory);
	if (memories.size > LATEST_NODES) memories.delete(memories.keys().next().value as string);

	const saved = Array.isArray(deliveries) ? (deliveries as string[]) : [];
	const known = new Set(memory.started);
	// Older than what is known here: from before the last start of n8n, or from another process.
	memory.started.unshift(...saved.filter((digest) => !known.has(digest)));
	trim(memory.started);
	return memory;
}

function trim(digests: string[]): void {
	digests.splice(0, digests.length - LATEST_DELIVERIES);
}

function digestOf(delivery: Change): string {
	return createHash('sha256').update(orderless(delivery)).digest('base64url').slice(0, DIGEST_LENGTH);
}
