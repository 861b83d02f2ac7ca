export interface SeedOptions {
	customers: number;
	seed: number;
}
