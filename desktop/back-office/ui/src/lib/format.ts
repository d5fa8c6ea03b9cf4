// Numbers for scales and counts. Amounts of money come from the program with their text; only round figures on axes are made here.
import type { Amount } from './api/types';

/** A round amount of minor units as a scale shows it: "$250", in the form of `like`. */
export function wholeAmount(minor: number, like: Amount): string {
  const decimals = like.decimal.split('.')[1]?.length ?? 0;
  const units = minor / 10 ** decimals;
  const number = units >= 1000 ? new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(units) : units.toLocaleString('en', { maximumFractionDigits: units < 10 ? decimals : 0 });
  return like.text.replace('-', '').replace(/[\d.,]+/, number);
}

export const many = (count: number, one: string, more = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

/** The local date as `2026-11-22`, so many days ago. */
export function dayAgo(days: number): string {
  const date = new Date(Date.now() - days * 86_400_000);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}
