import { row } from '../table';

const WIDTHS = [34, 7, 0];
/** So many faults of a check are shown. */
const SHOWN = 12;

/** A check of the table, with what it found and what to do. */
export function printed({
	name,
	faults,
	advice,
}: {
	name: string;
	faults: string[];
	advice: string;
}): string {
	if (faults.length === 0) return row([name, 'passed', ''], WIDTHS, 3).trimEnd();
	const shown = faults.slice(0, SHOWN).flatMap((fault) => fault.trim().split('\n'));
	const more = faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : [];
	return [row([name, 'failed', advice], WIDTHS, 3), ...[...shown, ...more].map((line) => `    ${line}`)].join(
		'\n',
	);
}
