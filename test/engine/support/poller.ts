export * from '../../../scripts/lib/engine/poller';
