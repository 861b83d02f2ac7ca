import { readIdRanges, writeIdRanges } from '../../idRanges';

/** Client IDs as ranges, by the value of their occasion, such as `{ "20494": "501-503,507" }`. */
type StoredOccasions = Readonly<Record<string, string>>;

/** Something that falls due for one client, such as a birthday or a debt. */
interface KnownOccasion {
	clientId: number;
	/** The number that the client's card showed, such as the balance. See `dueKinds.ts`. */
	value: number;
	/** False if it was due when the trigger began, so that it is never reported. */
	wasReported: boolean;
}

/**
 * The birthdays, debts and other occasions that are not reported again. It has at most one occasion
 * of each client: the latest.
 */
export class KnownOccasions {
	private readonly occasionByClient = new Map<number, KnownOccasion>();

	/**
	 * @param stored the occasions as an earlier poll has stored them: those that were reported, and
	 * those that were due when the trigger began. For a client in both, the reported occasion counts.
	 */
	constructor(stored: { reported?: StoredOccasions; baseline?: StoredOccasions } = {}) {
		for (const { clientId, value } of readStored(stored.baseline)) {
			this.addToBaseline(clientId, value);
		}
		for (const { clientId, value } of readStored(stored.reported)) {
			this.addReported(clientId, value);
		}
	}

	/** Returns the value of the known occasion of a client; undefined if none is known. */
	getValue(clientId: number): number | undefined {
		return this.occasionByClient.get(clientId)?.value;
	}

	/** Adds an occasion that has been reported. */
	addReported(clientId: number, value: number): void {
		this.occasionByClient.set(clientId, { clientId, value, wasReported: true });
	}

	/** Adds an occasion that was due when the trigger began, so that it is never reported. */
	addToBaseline(clientId: number, value: number): void {
		this.occasionByClient.set(clientId, { clientId, value, wasReported: false });
	}

	/**
	 * Keeps the lowest value that the card of a client has shown, such as the fewest lessons left. A
	 * later value that is much higher shows that the client has bought a new subscription: after 2
	 * and 1 lessons left, the card shows 8. The end of the new subscription is then reported, too.
	 */
	keepLowestValue(clientId: number, value: number): void {
		const occasion = this.occasionByClient.get(clientId);
		if (occasion === undefined) return;

		const lowestValue = Math.min(occasion.value, value);
		this.occasionByClient.set(clientId, { ...occasion, value: lowestValue });
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
	 * Returns the occasions for the stored state: those that were reported, and those that were due
	 * when the trigger began (the baseline).
	 *
	 * @param lowestValue leaves out occasions with a lower value, such as birthdays long ago
	 */
	toStored(lowestValue: number): Record<'baseline' | 'reported', Record<string, string>> {
		const reported: KnownOccasion[] = [];
		const baseline: KnownOccasion[] = [];
		for (const occasion of this.occasionByClient.values()) {
			if (occasion.value < lowestValue) continue;

			if (occasion.wasReported) {
				reported.push(occasion);
			} else {
				baseline.push(occasion);
			}
		}
		return { reported: writeOccasions(reported), baseline: writeOccasions(baseline) };
	}
}

/**
 * Reads occasions from their stored form: `{ "20494": "501-502" }` are the occasions of clients 501
 * and 502, both with value 20494.
 */
function readStored(stored: StoredOccasions = {}): Array<{ clientId: number; value: number }> {
	const occasions: Array<{ clientId: number; value: number }> = [];
	for (const [value, ranges] of Object.entries(stored)) {
		for (const clientId of readIdRanges(ranges)) {
			occasions.push({ clientId, value: Number(value) });
		}
	}
	return occasions;
}

/**
 * Writes occasions in their stored form: client IDs by value, because many clients have the same
 * value. For example, clients 501 and 502 with value 20494 become `{ "20494": "501-502" }`.
 */
function writeOccasions(occasions: readonly KnownOccasion[]): Record<string, string> {
	const clientIdsByValue = new Map<number, number[]>();
	for (const { clientId, value } of occasions) {
		const clientIds = clientIdsByValue.get(value) ?? [];
		clientIds.push(clientId);
		clientIdsByValue.set(value, clientIds);
	}

	const stored: Record<string, string> = {};
	for (const [value, clientIds] of clientIdsByValue) {
		stored[value] = writeIdRanges(clientIds);
	}
	return stored;
}
