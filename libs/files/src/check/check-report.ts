export interface CheckReport {
  a?: 1;
}
