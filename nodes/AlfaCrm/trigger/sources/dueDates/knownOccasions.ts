import { readIdRanges, writeIdRanges } from '../../idRanges';

/** Client IDs as ranges, by the value of their occasion, such as `{ "20494": "501-503,507" }`. */
type StoredOccasions = Readonly<Record<string, string>>;

interface KnownOccasion {
	/** The value that the card showed. See `dueKinds.ts`. */
	value: number;
	/** False for an occasion of the baseline. */
	wasReported: boolean;
}

/** The occasions that are not reported again: at most one of each client, the latest. */
export class KnownOccasions {
	private readonly occasionByClient = new Map<number, KnownOccasion>();

	/** If a client is in both parameters, the reported occasion counts. */
	constructor(reported: StoredOccasions = {}, baseline: StoredOccasions = {}) {
		for (const { clientId, value } of readStored(baseline)) this.addToBaseline(clientId, value);
		for (const { clientId, value } of readStored(reported)) this.addReported(clientId, value);
	}

	/** Returns the value of the known occasion of a client; undefined if none is known. */
	getValue(clientId: number): number | undefined {
		return this.occasionByClient.get(clientId)?.value;
	}

	addReported(clientId: number, value: number): void {
		this.occasionByClient.set(clientId, { value, wasReported: true });
	}

	addToBaseline(clientId: number, value: number): void {
		this.occasionByClient.set(clientId, { value, wasReported: false });
	}

	/**
	 * Notes the value that a card shows now, if it is lower than before. A later value that is much
	 * higher than the lowest one may belong to another occasion, such as a new subscription.
	 */
	lowerValue(clientId: number, value: number): void {
		const occasion = this.occasionByClient.get(clientId);
		if (occasion !== undefined && value < occasion.value) {
			this.occasionByClient.set(clientId, { ...occasion, value });
		}
	}

	forget(clientId: number): void {
		this.occasionByClient.delete(clientId);
	}

	copy(): KnownOccasions {
		const copy = new KnownOccasions();
		for (const [clientId, occasion] of this.occasionByClient) {
			copy.occasionByClient.set(clientId, occasion);
		}
		return copy;
	}

	/**
	 * Returns the occasions as plain JSON.
	 *
	 * @param lowestValue leaves out occasions with a lower value
	 */
	toStored(lowestValue: number): Record<'baseline' | 'reported', Record<string, string>> {
		return {
			reported: this.writeStored({ wasReported: true, lowestValue }),
			baseline: this.writeStored({ wasReported: false, lowestValue }),
		};
	}

	private writeStored({
		wasReported,
		lowestValue,
	}: {
		wasReported: boolean;
		lowestValue: number;
	}): Record<string, string> {
		const clientsByValue = new Map<number, number[]>();
		for (const [clientId, occasion] of this.occasionByClient) {
			if (occasion.wasReported !== wasReported || occasion.value < lowestValue) continue;
			const clientIds = clientsByValue.get(occasion.value) ?? [];
			clientIds.push(clientId);
			clientsByValue.set(occasion.value, clientIds);
		}
		return Object.fromEntries(
			[...clientsByValue].map(([value, clientIds]) => [value, writeIdRanges(clientIds)]),
		);
	}
}

function readStored(stored: StoredOccasions): Array<{ clientId: number; value: number }> {
	return Object.entries(stored).flatMap(([value, ranges]) =>
		[...readIdRanges(ranges)].map((clientId) => ({ clientId, value: Number(value) })),
	);
}
