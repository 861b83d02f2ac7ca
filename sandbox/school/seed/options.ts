export interface SeedOptions {
	customers: number;
	seed: number;
	/**
	 * The school's "today" in its local time, `yyyy-mm-dd` or `yyyy-mm-dd hh:mm:ss`; 2026-02-10 if
	 * absent.
	 */
	today?: string;
}
